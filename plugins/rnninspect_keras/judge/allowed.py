"""The closed list: what Keras builds from a configuration without running anything of the file.

Each name is a class or a function of Keras 2 or 3 that takes numbers, words and others of the list.
What runs, imports or opens something that a file names is not here: Lambda, TFSMLayer, wrappers
around torch, JAX and Flax, layers around TensorFlow's functions, and whatever is a program's own.
"""

from __future__ import annotations

# Layers; those with a vocabulary only as long as that is not a file.
LAYERS = frozenset(
    {
        "Activation", "ActivityRegularization", "AdaptiveAveragePooling1D",
        "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D",
        "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "Add", "AdditiveAttention",
        "AlphaDropout", "Attention", "AutoContrast", "Average", "AveragePooling1D",
        "AveragePooling2D", "AveragePooling3D", "AvgPool1D", "AvgPool2D", "AvgPool3D",
        "BatchNormalization", "BatchNormalizationV1", "BatchNormalizationV2", "Bidirectional",
        "CategoryEncoding", "CenterCrop", "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D",
        "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
        "Convolution1D", "Convolution1DTranspose", "Convolution2D", "Convolution2DTranspose",
        "Convolution3D", "Convolution3DTranspose", "Cropping1D", "Cropping2D", "Cropping3D",
        "CuDNNGRU", "CuDNNLSTM", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Discretization",
        "Dot", "Dropout", "ELU", "EinsumDense", "Embedding", "Equalization", "Flatten", "GRU",
        "GRUCell", "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D",
        "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalAvgPool1D", "GlobalAvgPool2D",
        "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D",
        "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GroupNormalization",
        "GroupQueryAttention", "HashedCrossing", "Hashing", "Identity", "InputLayer",
        "IntegerLookup", "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU",
        "LocallyConnected1D", "LocallyConnected2D", "Masking", "MaxPool1D", "MaxPool2D",
        "MaxPool3D", "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "MelSpectrogram",
        "Minimum", "MultiHeadAttention", "Multiply", "Normalization", "PReLU", "PeepholeLSTMCell",
        "Permute", "RMSNormalization", "RNN", "RandomBrightness", "RandomContrast", "RandomCrop",
        "RandomFlip", "RandomHeight", "RandomRotation", "RandomTranslation", "RandomWidth",
        "RandomZoom", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing",
        "ReversibleEmbedding", "STFTSpectrogram", "SeparableConv1D", "SeparableConv2D",
        "SeparableConvolution1D", "SeparableConvolution2D", "SimpleRNN", "SimpleRNNCell",
        "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D",
        "SpectralNormalization", "StackedRNNCells", "StringLookup", "Subtract",
        "SyncBatchNormalization", "TextVectorization", "ThresholdedReLU", "TimeDistributed",
        "UnitNormalization", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D",
        "ZeroPadding2D", "ZeroPadding3D"
    }
)  # fmt: skip

# Models, which contain layers.
MODELS = frozenset(
    {
        "Functional", "Model", "Sequential"
    }
)  # fmt: skip
# What a layer is configured with: initializers, regularizers, constraints, seeds, types.
SETTINGS = frozenset(
    {
        "AbsMaxQuantizer", "Constant", "DTypePolicy", "DTypePolicyMap",
        "Float8QuantizationConfig", "FloatDTypePolicy", "GPTQDTypePolicy", "GlorotNormal",
        "GlorotUniform", "HeNormal", "HeUniform", "Identity", "IdentityInitializer",
        "Int4DTypePolicy", "Int4QuantizationConfig", "Int8QuantizationConfig", "L1", "L1L2", "L2",
        "LecunNormal", "LecunUniform", "MaxNorm", "MinMaxNorm", "NonNeg", "Ones", "Orthogonal",
        "OrthogonalInitializer", "OrthogonalRegularizer", "Policy", "QuantizedDTypePolicy",
        "QuantizedFloat8DTypePolicy", "RadialConstraint", "RandomNormal", "RandomUniform", "STFT",
        "STFTInitializer", "SeedGenerator", "TruncatedNormal", "UnitNorm", "VarianceScaling",
        "Zeros"
    }
)  # fmt: skip
# Losses, metrics, optimizers and schedules.
TRAINING = frozenset(
    {
        "AUC", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy", "BinaryFocalCrossentropy",
        "BinaryIoU", "CTC", "CategoricalAccuracy", "CategoricalCrossentropy",
        "CategoricalFocalCrossentropy", "CategoricalGeneralizedCrossEntropy", "CategoricalHinge",
        "Circle", "ConcordanceCorrelation", "CosineSimilarity", "Dice", "F1Score", "FBetaScore",
        "FalseNegatives", "FalsePositives", "Hinge", "Huber", "IoU", "KLDivergence", "LogCosh",
        "LogCoshError", "Mean", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanIoU",
        "MeanMetricWrapper", "MeanRelativeError", "MeanSquaredError",
        "MeanSquaredLogarithmicError", "MeanTensor", "OneHotIoU", "OneHotMeanIoU",
        "PearsonCorrelation", "Poisson", "Precision", "PrecisionAtRecall", "R2Score", "Recall",
        "RecallAtPrecision", "RootMeanSquaredError", "SensitivityAtSpecificity",
        "SparseCategoricalAccuracy", "SparseCategoricalCrossentropy",
        "SparseTopKCategoricalAccuracy", "SpecificityAtSensitivity", "SquaredHinge", "Sum",
        "TopKCategoricalAccuracy", "TrueNegatives", "TruePositives", "Tversky"
    }
)  # fmt: skip
# Optimizers and schedules; Keras 2 registers some under `Custom>`.
OPTIMIZERS = frozenset(
    {
        "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "CosineDecay",
        "CosineDecayRestarts", "ExponentialDecay", "Ftrl", "InverseTimeDecay", "Lamb", "Lion",
        "LossScaleOptimizer", "Muon", "Nadam", "PiecewiseConstantDecay", "PolynomialDecay",
        "RMSprop", "SGD"
    }
)  # fmt: skip
# Operators of a functional model in Keras 3, with the modules where they are defined.
OPERATIONS = frozenset(
    {
        "Abs", "Absolute", "Add", "Argmax", "Argmin", "BroadcastTo", "Cast", "Clip",
        "Concatenate", "Cos", "Divide", "DivideNoNan", "Dot", "Einsum", "Elu", "Equal", "Erf",
        "Exp", "ExpandDims", "Flip", "Floor", "FloorDivide", "FullLike", "Gelu", "GetItem",
        "Greater", "GreaterEqual", "HardSigmoid", "LeakyRelu", "Less", "LessEqual", "Log",
        "Log1p", "LogSigmoid", "LogSoftmax", "LogicalAnd", "LogicalNot", "LogicalOr", "Logsumexp",
        "Matmul", "Max", "Maximum", "Mean", "Min", "Minimum", "Mod", "Moveaxis", "Multiply",
        "Negative", "Norm", "NotEqual", "OneHot", "OnesLike", "Outer", "Pad", "Power", "Prod",
        "Reciprocal", "Relu", "Relu6", "Repeat", "Reshape", "Roll", "Round", "Rsqrt", "Selu",
        "Sigmoid", "Sign", "Silu", "Sin", "Softmax", "Softplus", "Softsign", "Sort", "Split",
        "Sqrt", "Square", "Squeeze", "Stack", "Std", "StopGradient", "Subtract", "Sum",
        "Swapaxes", "Take", "TakeAlongAxis", "Tanh", "Tensordot", "Tile", "TopK", "Transpose",
        "Tril", "Triu", "TrueDivide", "Unstack", "Var", "Where", "ZerosLike"
    }
)  # fmt: skip
# Functions: activations, losses, metrics.
FUNCTIONS = frozenset(
    {
        "KLD", "MAE", "MAPE", "MSE", "MSLE", "binary_accuracy", "binary_crossentropy",
        "binary_focal_crossentropy", "categorical_accuracy", "categorical_crossentropy",
        "categorical_focal_crossentropy", "categorical_generalized_cross_entropy",
        "categorical_hinge", "celu", "circle", "concordance_correlation", "cosine_similarity",
        "ctc", "dice", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid",
        "hard_silu", "hard_swish", "hard_tanh", "hinge", "huber", "kl_divergence", "kld",
        "kullback_leibler_divergence", "leaky_relu", "linear", "log_cosh", "log_sigmoid",
        "log_softmax", "logcosh", "mae", "mape", "mean_absolute_error",
        "mean_absolute_percentage_error", "mean_squared_error", "mean_squared_logarithmic_error",
        "mish", "mse", "msle", "pearson_correlation", "poisson", "relu", "relu6", "selu",
        "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign",
        "sparse_categorical_accuracy", "sparse_categorical_crossentropy", "sparse_plus",
        "sparse_sigmoid", "sparse_top_k_categorical_accuracy", "sparsemax", "squared_hinge",
        "squareplus", "swish", "tanh", "tanh_shrink", "threshold", "top_k_categorical_accuracy",
        "tversky"
    }
)  # fmt: skip
# Further names of settings, written as a string.
ALIASES = frozenset(
    {
        "constant", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity",
        "l1", "l1_l2", "l2", "lecun_normal", "lecun_uniform", "max_norm", "maxnorm",
        "min_max_norm", "non_neg", "nonneg", "normal", "one", "ones", "orthogonal",
        "orthogonal_regularizer", "radial_constraint", "random_normal", "random_uniform",
        "truncated_normal", "uniform", "unit_norm", "unitnorm", "variance_scaling", "zero",
        "zeros"
    }
)  # fmt: skip
