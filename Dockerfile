# Hotseat as a container: no root, nothing to write to but the volume, no shell needed.
#
#   docker build -t hotseat .
#   docker run --read-only --cap-drop ALL --env-file .env --env HOST=0.0.0.0 --env HOTSEAT_DATA=/data -v hotseat:/data -p 3978:3978 hotseat
#   docker exec CONTAINER hotseat desk list     (or any other command)

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
# What builds the wheel is locked, too: of the development's lock that one package.
RUN sed -n '/^setuptools==/,/[^\\]$/p' requirements-dev.lock > build.lock \
    && pip install --require-hashes --only-binary=:all: -r build.lock \
    && python -m venv /opt/hotseat \
    && /opt/hotseat/bin/pip install --require-hashes --only-binary=:all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY cards cards
COPY manifest manifest
RUN pip wheel --no-index --no-deps --no-build-isolation --wheel-dir wheels . \
    && /opt/hotseat/bin/pip install --no-index --no-deps wheels/*.whl \
    && /opt/hotseat/bin/pip uninstall --yes setuptools pip

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Hotseat" \
      org.opencontainers.image.description="A Microsoft Teams bot that runs a backend team's support rota" \
      org.opencontainers.image.licenses="MIT"
RUN install --directory --mode=0700 --owner=10001 --group=10001 /data
COPY --from=build /opt/hotseat /opt/hotseat
# A container is reached from outside of it. Without MicrosoftAppId the bot listens on 127.0.0.1 only, and says so here.
ENV PATH=/opt/hotseat/bin:$PATH \
    HOME=/data \
    HOST=0.0.0.0 \
    HOTSEAT_DATA=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3978
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import os, sys; from http.client import HTTPConnection; door = HTTPConnection('127.0.0.1', int(os.environ.get('PORT', 3978)), timeout=4); door.request('GET', '/livez'); sys.exit(door.getresponse().status != 200)"]
ENTRYPOINT ["hotseat"]
CMD ["serve"]
