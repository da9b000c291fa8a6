"""The command line. In: arguments. Out: a table for people or one JSON document, and an exit code. By: ``main.run``.

One file for each group of commands. A command opens the workspace (``session``), calls one use case of the loop and
shows its answer (``output``); it decides nothing itself. Heavy imports stand inside the functions that need them, so
that ``rapport --help`` answers at once.
"""
