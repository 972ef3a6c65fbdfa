"""What a system runs on, killed: its servers, and the parts of Airflow."""

import json
import time

import psutil

from local import processes
from local.supervisor import SETTLED_SECONDS


def part(system, name: str) -> psutil.Process:
    """The process of a part of Airflow: the scheduler, the triggerer, …"""
    parts = json.loads((system.stack.home / "state.json").read_text())
    return psutil.Process(parts[name]["pid"])


def kill_part(system, name: str) -> None:
    """A part of Airflow dies; who supervises it starts it again."""
    victim = part(system, name)
    system.wait(lambda: time.time() - victim.create_time() > SETTLED_SECONDS, f"the {name} to have settled")
    kill([victim], system)


def kill(victims: list[psutil.Process], system) -> None:
    """Processes die at once."""
    for victim in victims:
        victim.kill()
    system.wait(lambda: not any(map(processes.alive, victims)), "the killed to be gone")
