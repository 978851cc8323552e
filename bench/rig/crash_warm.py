"""Loaded once by the process that all others are forked from: imports and word lists are what a
worker's start costs, and a worker that is killed needs another one."""

from __future__ import annotations

import gc

import rig.crash_operator
import rig.crash_race
import rig.crash_seeder
import rig.crash_worker  # noqa: F401
from salesagent_core.domain.checking import warm_up

warm_up()
# What is forked shares this memory as long as nobody's collector touches it.
gc.freeze()
