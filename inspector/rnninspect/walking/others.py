"""Endings of files that are not even opened on a walk: no framework saves models under them.

Without this table a walk over a large repository would read the start of each of its files.
"""

from __future__ import annotations

_SOURCE_CODE = """
.py .pyc .pyi .pyx .pxd .ipynb .c .h .cc .cpp .cxx .hpp .cu .cuh .m .mm .s .asm .rs .go .java
.class .kt .kts .scala .swift .js .mjs .cjs .jsx .ts .tsx .vue .map .css .scss .less .html .htm
.xhtml .php .rb .pl .pm .lua .r .jl .sh .bash .zsh .fish .bat .ps1 .cmake .mk .am .ac .proto .fbs
.thrift .sql .gradle
"""
_TEXT_AND_SETTINGS = """
.md .rst .txt .tex .bib .log .csv .tsv .yml .yaml .toml .ini .cfg .conf .xsd .properties
.lock .patch .diff .po .mo .pot .snap .d
"""
_PICTURES = """
.svg .png .jpg .jpeg .gif .bmp .ico .webp .tif .tiff .pdf .ps .eps .ttf .otf .woff .woff2 .eot
.wav .mp3 .flac .ogg .m4a .mp4 .mkv .avi .mov .webm
"""
_PROGRAMS = """
.o .a .so .dylib .dll .exe .lib .obj .wasm .parquet .arrow .feather .npy .sqlite .db
"""
SUFFIXES = frozenset(
    [*_SOURCE_CODE.split(), *_TEXT_AND_SETTINGS.split(), *_PICTURES.split(), *_PROGRAMS.split()]
)
