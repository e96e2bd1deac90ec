"""Networks drawn at random and saved by Paddle, in a process of its own: it loads what others do.

`python paddle_nets.py FOLDER NUMBER SAMPLE` prints what each network has by Paddle's own count, and
the shapes of the arrays that it loads from the sample, as JSON.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

DRAWN = random.Random(20)  # noqa: S311 - not a secret


def drawn_parts(nn: Any, width: int) -> tuple[list[Any], int]:  # noqa: ANN401 - paddle.nn
    """Up to three recurrent layers, one after the other, and how many outputs they have."""
    parts = []
    for _ in range(DRAWN.randint(1, 3)):
        hidden, both = DRAWN.randint(1, 7), DRAWN.random() < 0.5
        kind = DRAWN.choice(("LSTM", "GRU", "SimpleRNN"))
        outputs = hidden
        if DRAWN.random() < 0.6:
            more: dict[str, Any] = {"direction": "bidirect" if both else "forward"}
            if kind == "LSTM" and hidden > 1 and DRAWN.random() < 0.3:
                outputs = more["proj_size"] = DRAWN.randint(1, hidden - 1)
            parts.append(getattr(nn, kind)(width, hidden, DRAWN.randint(1, 3), **more))
        else:
            cells = [getattr(nn, f"{kind}Cell")(width, hidden) for _ in range(1 + both)]
            parts.append((nn.BiRNN if both else nn.RNN)(*cells))
        width = outputs * (1 + both)
    return parts, width


def count(layer: Any) -> int:  # noqa: ANN401 - of paddle.nn
    """The parameters of a layer, each once."""
    sizes = {each.name: int(each.size) for each in layer.parameters()}
    return sum(sizes.values())


def main() -> None:
    """Draw, save and count."""
    import paddle
    from paddle import nn

    class Net(nn.Layer):  # type: ignore[misc, name-defined, unused-ignore]
        """Recurrent layers between an embedding and a dense layer."""

        def __init__(self) -> None:
            super().__init__()
            width = DRAWN.randint(1, 7)
            self.embed = nn.Embedding(9, width)
            parts, width = drawn_parts(nn, width)
            self.parts = nn.LayerList(parts)
            self.head = nn.Linear(width, 2)

        def forward(self, x: Any) -> Any:  # noqa: ANN401 - tensors
            y = self.embed(x)
            for part in self.parts:
                y, _ = part(y)
            return self.head(y)

    folder, truth = Path(sys.argv[1]), {}
    for number in range(int(sys.argv[2])):
        net = Net()
        net.eval()
        name, state = f"net{number}", net.state_dict()
        saved = state if number % 3 else {"model": state, "epoch": 1}
        paddle.save(saved, str(folder / f"{name}.pdparams"), protocol=2 + number % 3)
        if number % 4 == 0:
            given = paddle.static.InputSpec([None, 4], "int64", name="x")
            paddle.jit.save(net, str(folder / name), input_spec=[given])
        truth[name] = (count(net), sum(map(count, net.parts)))
    loaded = paddle.load(sys.argv[3], return_numpy=True)
    shapes = {name: list(array.shape) for name, array in loaded.items() if hasattr(array, "shape")}
    (folder / "truth.json").write_text(json.dumps({"nets": truth, "sample": shapes}))


if __name__ == "__main__":
    main()
