"""Real faults of disks, files, clocks, processes and services, each with what must hold meanwhile and afterwards."""
