"""What is fuzzed: each reader whole, and each decoder by itself; with seeds from the samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rnninspect.errors import UnreadableFile

from . import coreml, running, seeds
from .faults import Mutator, mutate_bytes, mutate_json, mutate_safetensors
from .headers import mutate_header
from .modules import match, modules, mutate_modules
from .structures import mutate_pickle, mutate_protobuf, mutate_zip
from .tables import mutate_table
from .texts import mutate_text
from .words import mutate_words


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz: `run` raises only UnreadableFile; `seeds` makes the seeds."""

    run: Callable[[bytes], None]
    mutate: Mutator
    seeds: Callable[[], list[bytes]]


def attempt(target: Target, data: bytes) -> bool:
    """Whether the target accepts the input; any exception but UnreadableFile is a crash."""
    try:
        target.run(data)
    except UnreadableFile:
        return False
    return True


TARGETS = {
    "onnx": Target(running.whole(".onnx"), mutate_protobuf, seeds.sample_files(".onnx")),
    "ort": Target(running.whole(".ort"), mutate_words, seeds.sample_files(".ort")),
    "torch": Target(
        running.whole(".pt"), mutate_zip, seeds.sample_files(".pt", ".ckpt", ".safetensors")
    ),
    "torch-plain": Target(
        running.whole(".pkl"), mutate_pickle, seeds.sample_members("data.pkl", ".pt", ".ckpt")
    ),
    "keras-archive": Target(running.whole(".keras"), mutate_zip, seeds.sample_files(".keras")),
    "keras-hdf5": Target(running.whole(".h5"), mutate_bytes, seeds.sample_files(".h5")),
    "mobile": Target(running.whole(".ptl"), mutate_words, seeds.sample_files(".ptl")),
    "executorch": Target(running.whole(".pte"), mutate_words, seeds.executorch_files),
    "opcodes": Target(
        running.opcodes, mutate_pickle, seeds.sample_members("data.pkl", ".pt", ".ckpt")
    ),
    "protobuf": Target(running.wire, mutate_protobuf, seeds.sample_files(".onnx")),
    "zip-directory": Target(
        running.zip_directory, mutate_bytes, seeds.sample_files(".pt", ".keras")
    ),
    "tflite": Target(running.whole(".tflite"), mutate_words, seeds.sample_files(".tflite")),
    "flatbuffers": Target(running.tables, mutate_words, seeds.sample_files(".tflite")),
    "gguf": Target(running.whole(".gguf"), mutate_header, seeds.sample_files(".gguf")),
    "coreml": Target(running.whole(".mlmodel"), mutate_protobuf, coreml.models),
    "coreml-blobs": Target(running.blobs, mutate_bytes, coreml.blob_files),
    "hdf5": Target(running.hdf5_file, mutate_bytes, seeds.sample_files(".h5")),
    "safetensors": Target(
        running.whole(".safetensors"), mutate_safetensors, seeds.sample_files(".safetensors")
    ),
    "saved-model": Target(
        running.whole(".pb", "saved_model"), mutate_protobuf, seeds.sample_files(".pb")
    ),
    "graph": Target(running.whole(".pb"), mutate_protobuf, seeds.sample_files(".pb")),
    "meta-graph": Target(
        running.whole(".meta", "alone"), mutate_protobuf, seeds.sample_files(".meta")
    ),
    "graph-text": Target(running.graph_text, mutate_bytes, seeds.graph_texts),
    "checkpoint": Target(running.whole(".index"), mutate_table, seeds.sample_files(".index")),
    "old-checkpoint": Target(running.whole(".ckpt-7"), mutate_table, seeds.sample_files(".ckpt-7")),
    "table": Target(running.sstable, mutate_bytes, seeds.sample_files(".index")),
    "snappy": Target(running.snappy, mutate_bytes, seeds.snappy_literals),
    "tfjs": Target(running.whole(".json"), mutate_json, seeds.sample_files(".json")),
    "paddle-state": Target(
        running.whole(".pdparams"), mutate_pickle, seeds.sample_files(".pdparams")
    ),
    "paddle-program": Target(
        running.whole(".pdmodel", "program"), mutate_protobuf, seeds.sample_files(".pdmodel")
    ),
    "paddle-parameters": Target(
        running.whole(".pdiparams", "alone"), mutate_bytes, seeds.sample_files(".pdiparams")
    ),
    "paddle-json": Target(running.whole(".json", "paddle"), mutate_json, seeds.pir_programs),
    "audio-json": Target(
        running.whole(".json"), mutate_json, lambda: seeds.audio_samples("*.json", "*.nam")
    ),
    "audio-json-bytes": Target(
        running.whole(".nam"), mutate_bytes, lambda: seeds.audio_samples("*.json", "*.nam")
    ),
    "dnnw": Target(running.whole(".bin"), mutate_bytes, lambda: seeds.audio_samples("*.bin")),
    "beside": Target(running.configured, mutate_json, seeds.configurations),
    "signatures": Target(match, mutate_modules, modules),
    "openvino": Target(
        running.beside_sample(".xml", "openvino/loop.bin"), mutate_text, seeds.sample_files(".xml")
    ),
    "ncnn": Target(
        running.beside_sample(".param", "ncnn/small.bin"), mutate_text, seeds.sample_files(".param")
    ),
    "config": Target(
        running.configuration, mutate_json, seeds.sample_members("config.json", ".keras")
    ),
}
