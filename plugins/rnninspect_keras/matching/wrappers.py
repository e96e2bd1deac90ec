"""What the wrappers of tensorflow-model-optimization keep beside the weights of a layer.

Clustering has an array of centroids and one of indices for each weight, pruning a mask and a
threshold, training for quantisation the ranges of weights and outputs; all but clustering count
steps too. In Keras' own format a wrapper takes the weights out of its layer, or lists them a second
time.
"""

from __future__ import annotations

from rnninspect.lean import Counter, re
from rnninspect.plugin import Purpose
from rnninspect.stored.kinds import chosen, holding
from rnninspect_keras.containers.store import VARIABLES
from rnninspect_keras.layers.weight_names import without_output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.containers.store import Store

    Member = tuple[str, StoredTensor]  # its path and what is stored

_WRAPPER = r"(cluster_weights|cluster_weights_rnn|prune_low_magnitude|quantize\w*)(_\d+)?"
_CLUSTERED = ("cluster_centroids_", "pulling_indices_")
_MASK, _THRESHOLD = r"mask(_\d+)?", r"threshold(_\d+)?"
# What contrib.model_pruning of TensorFlow 1 keeps beside a mask.
_OLD_PRUNING = ("old_weight", "old_old_weight", "gradient")
_PRUNING_STEP, _QUANTISING_STEP = "pruning_step", "optimizer_step"
_RANGES = ("_min", "_max")
_FIRST_WORDS = ("mask", "threshold", *_OLD_PRUNING)
_LAST_WORDS = (*_RANGES, _PRUNING_STEP, _QUANTISING_STEP)
# One of these is in the name of whatever a wrapper keeps.
_KEPT = (*_CLUSTERED, *_FIRST_WORDS, *_LAST_WORDS)
_WRAPPERS = ("cluster_weights", "prune_low_magnitude", "quantize")
_LAYER = "layer"
_WAY = r"/(forward|backward)_layer/"
_CELL = rf"/cell(/cells/\w+)?/{VARIABLES}$"
_CELL_WEIGHTS = 2  # of a cell that are clustered: kernel and recurrent kernel


def purposes_by_name(
    names: Sequence[str], shape_of: Callable[[int], tuple[int, ...]]
) -> dict[str, Purpose]:
    """Which names are a wrapper's own, and what they are for; shapes are asked for by index."""
    scopes: dict[str, dict[str, str]] = {}
    known: dict[str, Purpose] = {}
    scalars = set[str]()
    for place in holding(names, _KEPT):
        name = names[place]
        scope, _, last = without_output(name).rpartition("/")
        word = scope.rpartition("/")[2] if last.isdecimal() else last
        if word.startswith(_CLUSTERED):
            known[name] = Purpose.QUANTISATION
        elif last.startswith(_FIRST_WORDS) or last.endswith(_LAST_WORDS):
            scopes.setdefault(scope, {})[last] = name
            if not shape_of(place):
                scalars.add(name)
    for names_by_word in scopes.values():
        known.update(_of_scope(names_by_word, scalars))
    return known


def _of_scope(names_by_word: dict[str, str], scalars: set[str]) -> Iterator[tuple[str, Purpose]]:
    """The wrapper's own variables in one scope: a word alone may be anything."""
    thresholds = any(
        re.fullmatch(_THRESHOLD, last) and names_by_word[last] in scalars for last in names_by_word
    )
    masks = any(re.fullmatch(_MASK, last) for last in names_by_word)
    for last, name in names_by_word.items():
        if last == _PRUNING_STEP:
            yield name, Purpose.STATE
        elif _QUANTISING_STEP in names_by_word and (
            last.endswith(_RANGES) or last == _QUANTISING_STEP
        ):
            yield name, Purpose.STATE if last == _QUANTISING_STEP else Purpose.QUANTISATION
        elif (
            masks and (thresholds or _PRUNING_STEP in names_by_word) and not last.endswith(_RANGES)
        ):
            yield name, Purpose.STATE


def assign_wrapper_purposes(store: Store) -> None:
    """Give what wrappers keep its purpose, and their layers the weights that they took."""
    paths, groups = store.paths, store.group_paths
    shape_of = store.shape
    for path, purpose in purposes_by_name(paths, lambda at: shape_of(paths[at])).items():
        store.mark(path, purpose)
    clustered: list[tuple[str, list[Member]]] = []
    for group in map(groups.__getitem__, chosen(groups, _may_wrap)):
        place, _, last = group.rpartition("/")
        name = place.rpartition("/")[2]
        if last == VARIABLES and name.startswith(_WRAPPERS) and re.fullmatch(_WRAPPER, name):
            below = store.below(group)
            numbered = sorted((int(at), f"{group}/{at}") for at in below if at.isdecimal())
            members = [(path, store.tensors[path]) for _, path in numbered]
            if name.startswith("cluster"):
                clustered.append((place, members))
            else:
                _unpack_trained(store, place, members)
    if clustered:
        _unpack_clusters(store, clustered)


def _may_wrap(kind: str) -> bool:
    return kind.endswith(f"/{VARIABLES}") and any(word in kind for word in _WRAPPERS)


def _unpack_clusters(store: Store, wrappers: Sequence[tuple[str, list[Member]]]) -> None:
    """Give the cells of clustered layers their kernels back.

    Weights and centroids take turns, then the indices follow, which are whole numbers.
    """
    cells, gone = _cells(store), list[str]()
    moved: dict[str, StoredTensor] = {}
    for place, members in wrappers:
        weights = []
        for at, (path, tensor) in enumerate(members):
            if tensor.dtype.startswith("int") or (at % 2 and len(tensor.shape) == 1):
                store.mark(path, Purpose.QUANTISATION)
            else:
                weights.append(path)
        groups = _in_order(cells.get(place, []))
        if len(weights) == _CELL_WEIGHTS * len(groups):
            for at in range(0, len(weights), _CELL_WEIGHTS):
                taken = weights[at : at + _CELL_WEIGHTS]
                fitting = (group for group in groups if _fits(store, group, taken[0]))
                group = next(fitting, groups[0])
                groups.remove(group)
                gone += taken
                _give_back(store, group, taken, gone, moved)
    store.move(gone, moved)


def _cells(store: Store) -> dict[str, list[str]]:
    """The variables of the cells inside of wrapped layers, by the wrappers around them."""
    found: dict[str, list[str]] = {}
    for group in store.groups:
        if group.endswith(f"/{VARIABLES}") and re.search(_CELL, group):
            for mark in re.finditer(f"/{_LAYER}/", group):
                found.setdefault(group[: mark.start()], []).append(group)
    return found


def _in_order(groups: list[str]) -> list[str]:
    """Forward before backward, a stack's cells by their numbers."""
    directed = [group for group in groups if "_layer/" in group and re.search(_WAY, group)]
    known = directed or groups  # Keras 2 has an empty group for what both were made from
    stacks = {group.rpartition("/cells/")[0] for group in known if "/cells/" in group}
    return sorted(
        (group for group in known if group.removesuffix(f"/{VARIABLES}") not in stacks),
        key=lambda group: ("/backward_layer/" in group, len(group), group),
    )


def _fits(store: Store, group: str, kernel: str) -> bool:
    """Whether what a cell has left, its bias, is as wide as a kernel: cells of several classes."""
    width = store.tensors[kernel].shape[-1:]
    return all(tensor.shape[-1:] == width for tensor in store.below(group).values())


def _give_back(
    store: Store,
    group: str,
    taken: Sequence[str],
    gone: list[str],
    moved: dict[str, StoredTensor],
) -> None:
    """Number a cell's variables as without the wrapper: the kernels, then what was left to it."""
    left = sorted((int(at), tensor) for at, tensor in store.below(group).items() if at.isdecimal())
    gone += [f"{group}/{at}" for at, _ in left]
    whole = [*(store.tensors[path] for path in taken), *(tensor for _, tensor in left)]
    moved.update({f"{group}/{at}": tensor for at, tensor in enumerate(whole)})


def _unpack_trained(store: Store, place: str, members: Sequence[Member]) -> None:
    """Pruning and training for quantisation: weights, which the layer may have, before the rest.

    Pruning goes on with a mask and a threshold for each weight and ends with its step; training for
    quantisation has its step first, then the ranges.
    """
    steps = [at for at, (_, t) in enumerate(members) if not t.shape and t.dtype.startswith("int")]
    if not steps:
        return
    pruned = "prune_low_magnitude" in place.rpartition("/")[2]
    end = steps[0] // 3 if pruned else steps[0]
    for at, (path, _) in enumerate(members[end:], end):
        own = Purpose.STATE if pruned or at == steps[0] else Purpose.QUANTISATION
        store.mark(path, own)
    below = store.below(f"{place}/{_LAYER}").values()
    inside = Counter(tensor.shape for tensor in below)
    seen: Counter[tuple[int, ...]] = Counter()
    for path, tensor in members[:end]:
        if not tensor.shape:  # of a wrapper around no layer, which has ranges alone
            store.mark(path, Purpose.QUANTISATION)
        elif inside[tensor.shape]:
            inside[tensor.shape] -= 1
            store.mark(path, Purpose.COPY)
        elif seen[tensor.shape]:
            seen[tensor.shape] -= 1
            store.mark(path, Purpose.COPY)
        else:
            seen[tensor.shape] += 1
