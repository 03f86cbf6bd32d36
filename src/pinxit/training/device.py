"""Where and how to compute: device, precision, threads, and what machine this is."""

import ctypes
import os
import platform
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

import pinxit
from pinxit.errors import UsageError
from pinxit.settings import TrainingSettings

OLDEST_TORCH = (2, 11)
TORCH_THREADS = torch.get_num_threads()
"""One a core, unless OMP_NUM_THREADS says otherwise; asked before anything sets another number."""


def check_torch(version: str = torch.__version__) -> None:
    """Raise UsageError for a torch older than pinxit is made for: it lacks fixes that make loading files safe."""
    numbers = tuple(int(part) for part in version.split("+")[0].split(".")[:2])
    if numbers < OLDEST_TORCH:
        raise UsageError(
            f"pinxit needs torch {OLDEST_TORCH[0]}.{OLDEST_TORCH[1]} or newer; {version} is installed. "
            "Update it: pip install --upgrade torch"
        )


def resolve_machine(settings: TrainingSettings) -> TrainingSettings:
    """`auto` and `none` replaced by what this machine has, so that `settings.json` tells what really ran."""
    check_torch()
    device = choose_device(settings.device)
    chosen = {
        "device": device,
        "precision": choose_precision(settings.precision, device),
        "threads": settings.threads or default_threads(settings.processes, gentle=settings.gentle),
    }
    return settings.model_copy(update=chosen)


def choose_device(wanted: str) -> str:
    """ "auto" -> the best there is. Raises UsageError for a device this machine does not have."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(name for name, present in there.items() if present)
    if not there[wanted]:
        raise UsageError(
            f"This machine has no device '{wanted}' that torch {torch.__version__} can use. Try --device auto."
        )
    return wanted


def choose_precision(wanted: str, device: str) -> str:
    """ "auto" -> bf16 only where the hardware multiplies it natively; elsewhere it is emulated and slower."""
    if wanted != "auto":
        return wanted
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    return "bf16" if device == "cpu" and cpu_has_bf16() else "float32"


def cpu_has_bf16() -> bool:
    """AVX512-BF16 or AMX."""
    return any(
        getattr(torch.cpu, check, lambda: False)() for check in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )


def place_network(network: nn.Module, device: torch.device) -> None:
    """Onto the device, convolutions in channels_last: the layout both oneDNN and cuDNN are quickest in."""
    network.to(device)
    cast(Any, network).to(memory_format=torch.channels_last)  # torch's stub lacks this form


def default_threads(processes: int, *, gentle: bool = False) -> int:
    """The threads torch would use, less one when `gentle`, shared by processes on this machine."""
    threads = min(torch.get_num_threads(), TORCH_THREADS - 1) if gentle else torch.get_num_threads()
    return max(1, threads // processes)


NICE = 10
"""Of 19: everything that a person does meanwhile goes first."""
BELOW_NORMAL = 0x4000  # Windows: BELOW_NORMAL_PRIORITY_CLASS


def be_gentle() -> None:
    """Lower the priority of this process and of all its threads, for good: the system lets nobody take that back."""
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), BELOW_NORMAL)
        return
    # On Linux a priority belongs to a thread, and threads may be there already; elsewhere to the process (0: this one).
    threads = [int(entry) for entry in os.listdir("/proc/self/task")] if sys.platform == "linux" else [0]
    for thread in threads:
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, thread, max(NICE, os.getpriority(os.PRIO_PROCESS, thread)))
    # Linux may weigh whole sessions against each other first. One that the studio began for this training alone is gentle too.
    if sys.platform == "linux" and os.getsid(0) == os.getpid():
        with suppress(OSError):
            Path("/proc/self/autogroup").write_text(str(NICE), encoding="ascii")


def keep_memory() -> None:
    """Have glibc keep freed memory instead of handing it back to the system after every layer.

    Large blocks it maps and unmaps each time, and every new page costs: training was 5 to 25 % faster without, at the
    same peak. Other C libraries (musl, macOS, Windows) are left alone.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    largest_mapped, trim_above, ask_ahead = -3, -1, -2  # malloc.h: M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD
    libc = ctypes.CDLL(None)
    for name, value in ((largest_mapped, 2**30), (trim_above, 2**31 - 1), (ask_ahead, 2**28)):
        libc.mallopt(name, value)


def prepare(settings: TrainingSettings) -> torch.device:
    """Set threads, memory and number formats for a resolved `settings`; returns the device."""
    keep_memory()
    if settings.gentle:
        be_gentle()
    torch.set_num_threads(settings.threads or default_threads(settings.processes, gentle=settings.gentle))
    if settings.device == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = settings.precision == "bf16"
        torch.backends.cudnn.allow_tf32 = settings.precision == "bf16"
        torch.backends.cudnn.benchmark = True
    return torch.device(settings.device)


def describe_environment(device: str, threads: int | None = None) -> dict[str, Any]:
    """What `environment.json` holds: enough to know later what made a model. Nothing that names a person."""
    packages = {}
    for name in ("torch", "numpy", "pillow", "safetensors", "lightning-fabric", "pydantic"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = None
    about: dict[str, Any] = {
        "pinxit": pinxit.__version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "threads": threads or torch.get_num_threads(),
        "bf16": cpu_has_bf16(),
        "device": device,
        "packages": packages,
    }
    if device == "cuda":
        about["gpu"] = torch.cuda.get_device_name()
    return about


def processor_name() -> str:
    """What the processor calls itself."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as told:
            return next(line.split(":", 1)[1].strip() for line in told if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
