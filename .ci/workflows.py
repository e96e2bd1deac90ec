"""Writes the workflows of a document into a folder, so that linters can read them.

Usage: workflows.py DOCUMENT FOLDER

A workflow is a `yaml` block below a line `<!-- workflow -->`. `<sha>` becomes a commit.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

WORKFLOW = re.compile(r"^<!-- workflow -->\n\n```yaml\n((?:.*\n)*?)^```$", re.MULTILINE)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def main() -> int:
    """0 if there is a workflow."""
    document, folder = map(Path, sys.argv[1:])
    texts = WORKFLOW.findall(document.read_text(encoding="utf-8"))
    for number, text in enumerate(texts, 1):
        path = folder / ".github" / "workflows" / f"{document.stem}-{number}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("<sha>", COMMIT), encoding="utf-8")
    print(f"{len(texts)} workflows of {document}")
    return 0 if texts else 1


if __name__ == "__main__":
    sys.exit(main())
