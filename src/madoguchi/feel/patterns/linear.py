"""A matcher in linear time (線形時間の照合): all possibilities at once, after Thompson and Pike."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..meter import spend
from .syntax import Pattern, PatternError

LARGEST_PROGRAM = 3_000


@dataclass(frozen=True)
class Program:
    """Instructions: (char, test), (split, first, second), (jump, to), (save, slot), (at, kind)."""

    code: tuple[tuple[object, ...], ...]
    slots: int
    multiline: bool


def compile_program(pattern: Pattern, options: int) -> Program:
    """Compile a pattern; raises PatternError where it has a back-reference or grows too large."""
    writer = _Writer(options)
    writer.write(pattern)
    writer.emit("match")
    return Program(tuple(writer.code), 2 * (writer.groups + 1), bool(options & re.MULTILINE))


class _Writer:
    """Writes the instructions of one pattern."""

    def __init__(self, options: int) -> None:
        self.options = options
        self.code: list[tuple[object, ...]] = []
        self.groups = 0

    def emit(self, *instruction: object) -> int:
        if len(self.code) >= LARGEST_PROGRAM:
            raise PatternError("too large")
        self.code.append(instruction)
        return len(self.code) - 1

    def write(self, node: Pattern) -> None:
        match node.kind:
            case "char":
                self.emit("char", re.compile(node.text, self.options & re.IGNORECASE).match)
            case "at":
                self.emit("at", node.text)
            case "seq":
                for part in node.parts:
                    self.write(part)
            case "group":
                self.groups = max(self.groups, node.low)
                self.emit("save", node.low * 2)
                self.write(node.parts[0])
                self.emit("save", node.low * 2 + 1)
            case "alt":
                self.alternatives(node)
            case "repeat":
                self.repeat(node)
            case _:
                raise PatternError("reference")

    def alternatives(self, node: Pattern) -> None:
        ends = []
        for part in node.parts[:-1]:
            fork = self.emit("split")
            self.write(part)
            ends.append(self.emit("jump"))
            self.code[fork] = ("split", fork + 1, len(self.code))
        self.write(node.parts[-1])
        for end in ends:
            self.code[end] = ("jump", len(self.code))

    def repeat(self, node: Pattern) -> None:
        for _ in range(node.low):
            self.write(node.parts[0])
        forks = []
        for _ in range(1 if node.high is None else node.high - node.low):
            forks.append(self.emit("split"))
            self.write(node.parts[0])
        if node.high is None:
            self.emit("jump", forks[0])
        for fork in forks:
            after = len(self.code)
            self.code[fork] = ("split", *((after, fork + 1) if node.lazy else (fork + 1, after)))


def search(program: Program, text: str, start: int) -> tuple[tuple[int, int], ...] | None:
    """Find the first match at or after ``start``: the spans of the whole and of each group."""
    best: tuple[int, ...] | None = None
    threads: list[tuple[int, tuple[int, ...]]] = []
    for at in range(start, len(text) + 1):
        seen: set[int] = set()
        ready: list[tuple[int, tuple[int, ...]]] = []
        for counter, slots in threads:
            follow(program, counter, slots, text, at, seen, ready)
        if best is None:
            slots = (at,) + (-1,) * (program.slots - 1)
            follow(program, 0, slots, text, at, seen, ready)
        spend(1 + len(ready) // 4)
        threads = []
        for counter, slots in ready:
            instruction = program.code[counter]
            if instruction[0] == "match":
                best = (slots[0], at, *slots[2:])
                break
            if at < len(text) and instruction[1](text[at]):  # type: ignore[operator]
                threads.append((counter + 1, slots))
        if not threads and best is not None:
            break
    if best is None:
        return None
    return tuple((best[i], best[i + 1]) for i in range(0, len(best), 2))


def follow(
    program: Program,
    counter: int,
    slots: tuple[int, ...],
    text: str,
    at: int,
    seen: set[int],
    ready: list[tuple[int, tuple[int, ...]]],
) -> None:
    """Follow jumps, splits, saves and anchors to the instructions that read a character."""
    pending = [(counter, slots)]
    while pending:
        counter, slots = pending.pop()
        if counter in seen:
            continue
        seen.add(counter)
        instruction = program.code[counter]
        match instruction:
            case ("jump", int(to)):
                pending.append((to, slots))
            case ("split", int(first), int(second)):
                pending += [(second, slots), (first, slots)]
            case ("save", int(slot)):
                pending.append((counter + 1, (*slots[:slot], at, *slots[slot + 1 :])))
            case ("at", kind):
                if anchored(str(kind), text, at, program.multiline):
                    pending.append((counter + 1, slots))
            case _:
                ready.append((counter, slots))


def anchored(kind: str, text: str, at: int, multiline: bool) -> bool:
    """Tell whether an anchor holds at a place."""
    if kind == "^":
        return at == 0 or (multiline and text[at - 1] == "\n")
    return at == len(text) or (multiline and kind == "$" and text[at] == "\n")
