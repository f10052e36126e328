"""Parameter names in order, for calls whose flags can be given by position. Source: each library's documentation."""

from __future__ import annotations

SIGNATURES: dict[str, tuple[str, ...]] = {
    # https://docs.pytorch.org/docs/stable/generated/torch.load.html (all after pickle_module are keyword-only)
    "torch.load": ("f", "map_location", "pickle_module"),
    "torch.serialization.load": ("f", "map_location", "pickle_module"),
    # https://numpy.org/doc/stable/reference/generated/numpy.load.html
    "numpy.load": ("file", "mmap_mode", "allow_pickle", "fix_imports", "encoding"),
    "numpy.lib.npyio.load": ("file", "mmap_mode", "allow_pickle", "fix_imports", "encoding"),
    # https://github.com/numpy/numpy/blob/main/numpy/lib/_npyio_impl.py
    "numpy.lib.npyio.NpzFile": ("fid", "own_fid", "allow_pickle", "pickle_kwargs"),
    # https://numpy.org/doc/stable/reference/generated/numpy.lib.format.read_array.html
    "numpy.lib.format.read_array": ("fp", "allow_pickle", "pickle_kwargs"),
    # https://docs.cupy.dev/en/stable/reference/generated/cupy.load.html
    "cupy.load": ("file", "mmap_mode", "allow_pickle"),
    # https://docs.jax.dev/en/latest/_autosummary/jax.numpy.load.html: arguments are handed to numpy.load
    "jax.numpy.load": ("file", "mmap_mode", "allow_pickle", "fix_imports", "encoding"),
    # https://docs.pytorch.org/docs/stable/hub.html (the flags of hub.load are keyword-only)
    "torch.hub.load": ("repo_or_dir", "model"),
    "torch.hub.list": ("github", "force_reload", "skip_validation", "trust_repo", "verbose"),
    "torch.hub.help": ("github", "model", "force_reload", "skip_validation", "trust_repo"),
    # https://pyyaml.org/wiki/PyYAMLDocumentation, https://yaml.dev/doc/ruamel.yaml/
    "oyaml.load": ("stream", "Loader"),
    "oyaml.load_all": ("stream", "Loader"),
    "yaml_ft.load": ("stream", "Loader"),
    "yaml_ft.load_all": ("stream", "Loader"),
    "yaml.load": ("stream", "Loader"),
    "yaml.load_all": ("stream", "Loader"),
    "ruamel.yaml.load": ("stream", "Loader"),
    "ruamel.yaml.load_all": ("stream", "Loader"),
    "ruamel_yaml.load": ("stream", "Loader"),
    "ruamel_yaml.load_all": ("stream", "Loader"),
}

# Keywords under which something takes the options that it hands on to a loader, as the datasets of kedro do:
# https://docs.kedro.org/projects/kedro-datasets/ (load_args)
LOAD_OPTIONS = (
    *(f"{what}{options}" for what in ("load_", "loading_", "loader_") for options in ("kwargs", "args", "options")),
    *(f"{what}_load_{options}" for what in ("torch", "numpy", "np", "ckpt") for options in ("kwargs", "args")),
)

# https://docs.python.org/3/library/subprocess.html#subprocess.Popen; the others hand their arguments on to it.
POPEN = ("args", "bufsize", "executable", "stdin", "stdout", "stderr", "preexec_fn", "close_fds", "shell", "cwd", "env")
SIGNATURES.update(
    {
        f"{module}.{name}": POPEN
        for module in ("subprocess", "gevent.subprocess", "eventlet.green.subprocess", "subprocess32", "psutil")
        for name in ("run", "call", "check_call", "check_output", "Popen")
    }
)

# https://docs.pytorch.org/docs/stable/hub.html#torch.hub.load_state_dict_from_url, and the names it goes by elsewhere;
# ``weights_only`` is False by default in every release.
_URL_LOADER = ("url", "model_dir", "map_location", "progress", "check_hash", "file_name", "weights_only")
TORCH_URL_LOADERS = {
    "torch.hub.load_state_dict_from_url": _URL_LOADER,
    "torch.utils.model_zoo.load_url": _URL_LOADER,
    "torchvision._internally_replaced_utils.load_state_dict_from_url": _URL_LOADER,
    "torchvision.models.utils.load_state_dict_from_url": _URL_LOADER,
}

# https://keras.io/api/models/model_saving_apis/ and keras.saving.deserialize_keras_object, under every name of Keras.
KERAS_ROOTS = ("keras", "tensorflow.keras", "tf_keras", "keras.api", "keras._tf_keras.keras", "keras.src")
KERAS_LOADERS = {
    f"{root}.{name}": ("filepath", "custom_objects", "compile", "safe_mode")
    for root in KERAS_ROOTS
    for name in (
        "models.load_model",
        "saving.load_model",
        "saving.saving_api.load_model",
        "saving.saving_lib.load_model",
    )
}
KERAS_DESERIALIZERS = {
    f"{root}.{name}": ("config", "custom_objects", "safe_mode")
    for root in KERAS_ROOTS
    for name in (
        "saving.deserialize_keras_object",
        "saving.serialization_lib.deserialize_keras_object",
        "utils.deserialize_keras_object",
        "layers.Lambda.from_config",
        "layers.TorchModuleWrapper.from_config",
        "layers.TFSMLayer.from_config",
    )
}
# https://github.com/keras-team/keras/blob/master/keras/src/saving/serialization_lib.py
KERAS_SCOPES = {f"{root}.saving.serialization_lib.SafeModeScope": ("safe_mode",) for root in KERAS_ROOTS}
SIGNATURES.update({**TORCH_URL_LOADERS, **KERAS_LOADERS, **KERAS_DESERIALIZERS, **KERAS_SCOPES})
