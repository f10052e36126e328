"""Workers on a cluster, through ``dask.distributed``: for whole organisations and package indexes.

The cluster is trusted as this process is: what goes there are the contents of files and what they are checked for,
pickled, and what comes back is unpickled. picketlint has to be installed there, in the same version.
"""

from __future__ import annotations

import concurrent.futures
import socket
from collections.abc import Callable

import picketlint
from picketlint.execution import ExecutionError, LostWorkerError, Pool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from distributed import Client

# Seconds: for the scheduler to answer and have workers, and until it is asked again whether any are left.
_CONNECTING, _ASKING = 10.0, 15.0
# Where a scheduler listens unless it is told otherwise.
_PORT = 8786


class ClusterExecutor:
    """The workers of a cluster. A task for which there are none any more fails with LostWorkerError."""

    def __init__(self, client: Client) -> None:
        self._client = client
        # Nothing is gained by recognising equal tasks, and a task that took four workers along is not tried again.
        self._executor = client.get_executor(pure=False, retries=0)

    def submit(self, function: Callable[..., Any], /, *arguments: object) -> ClusterFuture:
        """Have ``function(*arguments)`` called by a worker."""
        return ClusterFuture(self._executor.submit(function, *arguments), self._has_workers)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster; what was submitted and is not done is given up unless ``wait`` is true."""
        self._executor.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    def _has_workers(self) -> bool:
        return self._client.status == "running" and bool(self._client.nthreads())


class ClusterFuture:
    """A future that does not wait for workers that will never come."""

    def __init__(self, future: concurrent.futures.Future[Any], has_workers: Callable[[], bool]) -> None:
        self._future = future
        self._has_workers = has_workers

    def result(self) -> Any:
        """The value, waited for. Raises what the task raised, or LostWorkerError."""
        while True:
            try:
                return self._future.result(_ASKING)
            except concurrent.futures.TimeoutError:
                if not self._has_workers():
                    self._future.cancel()
                    raise LostWorkerError("the cluster has no workers left") from None


def connect(address: str) -> Pool:
    """The workers of the cluster whose scheduler is at an address. Raises ExecutionError."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutionError(
            "--executor dask wants dask.distributed, which is not installed: `pip install picketlint[dask]`"
        ) from error
    client = Client.__new__(Client)
    try:
        _knock(address)
        client.__init__(address, timeout=_CONNECTING, set_as_default=False)
    except Exception as error:
        # One that is half made would try to take its leave for long.
        client.status = "closed"
        if isinstance(error, (OSError, ValueError)):
            raise ExecutionError(f"no dask scheduler answers at {address}: is it running, and reachable?") from error
        raise _unusable(address, error) from error
    try:
        client.wait_for_workers(1, timeout=_CONNECTING)
        versions = client.run(_version)
        threads = sum(client.nthreads().values())
    except Exception as error:
        client.close()
        raise _unusable(address, error) from error
    different = {version for version in versions.values() if version != picketlint.__version__}
    if different:
        client.close()
        found = ", ".join(sorted(different))
        raise ExecutionError(f"dask workers have picketlint {found}, not {picketlint.__version__}: install the same")
    return Pool(ClusterExecutor(client), threads, remote=True)


def _knock(address: str) -> None:
    """Raises OSError, or ValueError, if nothing listens at an address, at once where a client would try for long."""
    from distributed.comm.addressing import parse_address, parse_host_port

    scheme, place = parse_address(address)
    with socket.create_connection(parse_host_port(place, _PORT), _CONNECTING) as connection:
        # A scheduler speaks first. The client would wait for the answer of something else without end.
        if scheme == "tcp" and not connection.recv(1):
            raise ConnectionError("closed")


def _version() -> str:
    """For the workers: what they have."""
    return picketlint.__version__


def _unusable(address: str, error: Exception) -> ExecutionError:
    reason = " ".join(f"{type(error).__name__}: {error}".split())
    return ExecutionError(f"the dask cluster at {address} cannot be used ({reason})")
