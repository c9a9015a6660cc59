"""What is installed elsewhere is all that the bot needs there."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).parents[2]
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "bot", "cards", "manifest")
NOT_OURS = shutil.ignore_patterns("node_modules", "__pycache__")


def test_a_wheel_has_every_file_that_the_bot_reads(tmp_path: Path) -> None:
    sources, out = tmp_path / "sources", tmp_path / "out"
    sources.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, sources / name, ignore=NOT_OURS)
        else:
            shutil.copy(ROOT / name, sources)
    wanted = {file for file in (sources / "bot").rglob("*") if file.is_file()}
    wanted |= {*(sources / "cards").glob("*.json"), *(sources / "manifest").glob("*.json")}
    wanted |= set((sources / "manifest").glob("*.png"))
    names = {str(file.relative_to(sources)) for file in wanted}
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(sources))
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    assert names <= set(ZipFile(wheel).namelist())
