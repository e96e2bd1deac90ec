"""The structure of HDF5 files: groups, links, datasets, attributes; never a dataset's bytes.

Follows the HDF5 File Format Specification, version 3.0: superblocks 0 to 3, object headers 1 and
2, groups by symbol tables, by link messages and by fractal heaps, attributes with their strings in
the global heap, compact, contiguous, chunked and virtual layouts. No link is followed and no other
file opened. What is not read (compressed heaps and huge objects in them, the heap of shared
messages) is an UnreadableFile that names it.
"""

from rnninspect.decode.hdf5.attributes import Attribute
from rnninspect.decode.hdf5.datatypes import Datatype, TypeClass
from rnninspect.decode.hdf5.file import File
from rnninspect.decode.hdf5.groups import Link, LinkKind
from rnninspect.decode.hdf5.layouts import Layout, LayoutKind
from rnninspect.decode.hdf5.objects import Alike, Dataset, Group, NamedType, Node, Plain
from rnninspect.decode.hdf5.superblock import find_superblock

__all__ = [
    "Alike",
    "Attribute",
    "Dataset",
    "Datatype",
    "File",
    "Group",
    "Layout",
    "LayoutKind",
    "Link",
    "LinkKind",
    "NamedType",
    "Node",
    "Plain",
    "TypeClass",
    "find_superblock",
]
