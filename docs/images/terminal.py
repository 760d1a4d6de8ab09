#!/usr/bin/env python3
"""Draws docs/images/terminal.svg from a real run of the program.

Usage: docs/images/terminal.py [PATH OF artcafe]     (default: target/debug/artcafe)

Runs the commands below in a sandbox, on a terminal made by util-linux `script`, and turns what they
print into a picture. Colours are those that the program sent; nothing is made up or left out but the
spinner's moving frames.
"""

import html
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
COMMANDS = ["artcafe setup --agent-id prod-data-processor-01", "artcafe auth test"]
COLUMNS, ADVANCE, LINE, SIZE = 124, 7.83, 19, 13
COLOURS = {"1": "#f0f3f6", "31": "#ff7b72", "32": "#4ac26b", "33": "#e3b341", "36": "#76e3ea"}
TEXT, PROMPT, PANEL, BAR = "#d1d7e0", "#79c0ff", "#151b23", "#212830"


def run(program):
    """The bytes that a terminal got."""
    lines = [f"stty cols {COLUMNS}"]
    for command in COMMANDS:
        lines += [f"printf '\\033[34m$\\033[0m {command}\\n'", command]
    with tempfile.TemporaryDirectory() as directory:
        out = os.path.join(directory, "typescript")
        inner = os.path.join(directory, "run.sh")
        with open(inner, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        outer = f"{program} sandbox exec -- sh {inner}"
        subprocess.run(["script", "-qec", outer, out], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        with open(out, encoding="utf-8", newline="") as file:
            return file.read()


def screen(text):
    """The lines that stay on the screen, escapes for colour still in them."""
    lines = text.split("\n")[1:]
    end = next(index for index, line in enumerate(lines) if line.startswith("Script done"))
    kept = []
    for line in lines[:end]:
        # A frame of the spinner is erased by what follows it.
        line = line.rstrip("\r").split("\x1b[2K")[-1].split("\r")[-1]
        kept.append(line)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def spans(line):
    """Pairs of colour and text."""
    colour = TEXT
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        match = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if match:
            code = match.group(1)
            colour = TEXT if code in ("", "0") else PROMPT if code == "34" else COLOURS.get(code.split(";")[-1], TEXT)
        elif part:
            yield colour, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", part)


def draw(lines):
    longest = max(sum(len(text) for _, text in spans(line)) for line in lines)
    width, top = round(longest * ADVANCE) + 40, 62
    height = top + LINE * len(lines)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img"'
        ' aria-label="A terminal: artcafe setup makes, registers and proves a key; artcafe auth test proves it again">',
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" fill="{PANEL}" stroke="#656c76"/>',
        f'<path d="M1 33V9a8 8 0 0 1 8-8H{width - 9}a8 8 0 0 1 8 8V33z" fill="{BAR}"/>',
    ]
    for x, colour in ((20, "#ff5f57"), (39, "#febc2e"), (58, "#28c840")):
        out.append(f'<circle cx="{x}" cy="17" r="5.5" fill="{colour}"/>')
    out.append(
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{SIZE}">'
    )
    for index, line in enumerate(lines):
        y, column = top - 6 + LINE * index, 0
        for colour, text in spans(line):
            if text.strip():
                # The length is fixed, so that columns stay columns in every font.
                x, length = round(20 + column * ADVANCE, 1), round(len(text) * ADVANCE, 1)
                out.append(
                    f'<text x="{x}" y="{y}" fill="{colour}" textLength="{length}" lengthAdjust="spacingAndGlyphs"'
                    f' xml:space="preserve">{html.escape(text, quote=False)}</text>'
                )
            column += len(text)
    out += ["</g>", "</svg>"]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", "..", "target", "debug", "artcafe")
    with open(os.path.join(HERE, "terminal.svg"), "w", encoding="utf-8") as file:
        file.write(draw(screen(run(os.path.abspath(given)))))
