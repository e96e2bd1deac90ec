"""The kinds of models by their field in Model (mlmodel/format/Model.proto)."""

from __future__ import annotations

PIPELINES = {200: True, 201: True, 202: False}  # whether the pipeline is a message within it
NETWORKS = frozenset({303, 403, 500})  # regressor, classifier, network: the same first fields
PROGRAM = 502
LINKED = 556
# What they compute is in the operating system, in the app, or in bytes that nothing describes.
OPAQUE = {
    555: "customModel",
    2000: "textClassifier",
    2001: "wordTagger",
    2002: "visionFeaturePrint",
    2003: "soundAnalysisPreprocessing",
    2004: "gazetteer",
    2005: "wordEmbedding",
    2006: "audioFeaturePrint",
    3000: "serializedModel",
}
# Not neural networks.
OTHERS = {
    300: "glmRegressor",
    301: "supportVectorRegressor",
    302: "treeEnsembleRegressor",
    304: "bayesianProbitRegressor",
    400: "glmClassifier",
    401: "supportVectorClassifier",
    402: "treeEnsembleClassifier",
    404: "kNearestNeighborsClassifier",
    501: "itemSimilarityRecommender",
    560: "classConfidenceThresholding",
    600: "oneHotEncoder",
    601: "imputer",
    602: "featureVectorizer",
    603: "dictVectorizer",
    604: "scaler",
    606: "categoricalMapping",
    607: "normalizer",
    609: "arrayFeatureExtractor",
    610: "nonMaximumSuppression",
    900: "identity",
}
KINDS = frozenset({*PIPELINES, *NETWORKS, PROGRAM, LINKED, *OPAQUE, *OTHERS})
