"""A model card as authors write it, of some three hundred lines, made of what such cards hold."""

from __future__ import annotations

from rnninspect.card.block import END, START

FRONT = """\
---
license: cc-by-4.0   # of the weights; the code is MIT
language:
- de
- "no"
- pt-br
library_name: keras
pipeline_tag: automatic-speech-recognition
tags:
- speech
- keyword-spotting
datasets: [mozilla-foundation/common_voice, own/noise]
base_model: >-
  someone/speech-encoder
metrics:
- wer
model-index:
- name: listener
  results:
  - task: {type: automatic-speech-recognition}
    dataset: {name: "Common Voice: de", type: common_voice}
    metrics:
    - type: wer
      value: 17.4
---
"""

BLANKS = "   "
USE = f"""\
# Listener <img src="logo.svg" alt="an ear" width="32" align="right"/>

[![licence](https://img.example.org/licence.svg)](LICENSE) · *deutsch, norsk, português* · 聞く · 🎧

> **Note**: it hears sixteen words; all else is `<unk>`.

## Use

```python
from listener import Listener

listener = Listener.from_pretrained("someone/listener")
print(listener("hello.wav"))  # ['hallo', '<unk>']
```

The table of layers below is renewed by a tool. It replaces what stands between

````markdown
{START}
```
whatever stood here
```
{END}
````

and nothing else; `{START}` in a sentence is no marker.

<details>
<summary>Options</summary>

| option | default | what it does |
|:-------|:-------:|--------------|
| `beam` | 4       | width of the beam \\| of hypotheses |
| `lm`   | —       | a language model,<br>or none |

</details>

    An indented line with trailing blanks:{BLANKS}

"""

RESULTS = "| speaker | sentences | WER | notes |\n|---:|---:|---:|---|\n"
ADVICE = """\
## Limits

1. Far from the microphone it hears less.
   - a hall: see the table
   - the street: *not* tried
2. Children are not among its speakers.

## Cite

~~~bibtex
@misc{listener,
  title = {A listener of {\\"u}ber sixteen words},
}
~~~

$$ W = 4(nm + n^2 + n) $$

[^1]: Measured once.
"""


def model_card() -> tuple[str, str]:
    """What stands before the block and after it; neither ends in a line end."""
    rows = "".join(
        f"| {number:03d} | {40 + number * 7 % 90} | {12 + number * 13 % 80 / 10:.1f} | "
        f"{'dialect: Plattdüütsch' if number % 9 == 0 else ''} |\n"
        for number in range(210)
    )
    before = f"{FRONT}\n{USE}\n## Architecture\n"
    return before.rstrip("\n"), f"\n## Results\n\n{RESULTS}{rows}\n{ADVICE}".rstrip("\n")
