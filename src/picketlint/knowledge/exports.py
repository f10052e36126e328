"""How commands set environment variables for the programs that they run, each row with its source."""

from __future__ import annotations

# Builtins of shells that take NAME=VALUE. POSIX: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/export.html,
# bash: https://www.gnu.org/software/bash/manual/html_node/Bash-Builtins.html, and `set` of cmd.exe:
# https://learn.microsoft.com/windows-server/administration/windows-commands/set_1
BUILTINS = frozenset({"declare", "export", "set", "typeset"})
# The same with the value in a word of its own: csh(1).
BUILTINS_OF_PAIRS = frozenset({"setenv"})
# Words that a command may stand behind: https://www.gnu.org/software/bash/manual/html_node/Reserved-Words.html
RESERVED = frozenset({"!", "do", "elif", "else", "if", "then", "time", "until", "while", "{"})

# Programs that take NAME=VALUE up to the program that they run, and those of their options that take a word.
# https://www.gnu.org/software/coreutils/manual/html_node/env-invocation.html, sudo(8)
PROGRAMS = frozenset({"env", "sudo"})
VALUED = frozenset({"-C", "-D", "-g", "-h", "-p", "-u"})

_CONTAINERS = ("-e", "--env")
_MPI = ("-x",)
# Programs with an option that takes NAME=VALUE.
# https://docs.docker.com/reference/cli/docker/container/run/#env, podman-run(1), https://github.com/containerd/nerdctl,
# https://apptainer.org/docs/user/latest/environment_and_metadata.html, https://kubernetes.io/docs/reference/kubectl/,
# https://docs.open-mpi.org/en/main/man-openmpi/man1/mpirun.1.html, https://slurm.schedmd.com/sbatch.html#OPT_export
OPTIONS = {
    "apptainer": ("--env",),
    "docker": _CONTAINERS,
    "kubectl": ("--env",),
    "mpiexec": _MPI,
    "mpirun": _MPI,
    "nerdctl": _CONTAINERS,
    "podman": _CONTAINERS,
    "salloc": ("--export",),
    "sbatch": ("--export",),
    "singularity": ("--env",),
    "srun": ("--export",),
}
# Of those, the programs whose option takes several, between commas.
SEVERAL = frozenset({"apptainer", "salloc", "sbatch", "singularity", "srun"})
