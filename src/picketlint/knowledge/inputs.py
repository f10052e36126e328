"""Where a program gets input from: the calls and objects that stand for it, each with the documentation that says so.

The kinds are the names of the members of ``picketlint.semantics.pieces.Origin``.
"""

from __future__ import annotations

# What a qualified name begins with that is input of a kind.
SOURCES: dict[str, tuple[str, ...]] = {
    "COMMAND_LINE": (
        "sys.argv",  # https://docs.python.org/3/library/sys.html#sys.argv
        "sys.orig_argv",
        "argparse.ArgumentParser().parse_",  # https://docs.python.org/3/library/argparse.html
        "optparse.OptionParser().parse_",
        "getopt.getopt()",
        "getopt.gnu_getopt()",
        "absl.flags.FLAGS",  # https://abseil.io/docs/python/guides/flags
        "docopt.docopt()",  # http://docopt.org
        "transformers.HfArgumentParser().parse_",  # https://huggingface.co/docs/transformers/internal/trainer_utils
        "simple_parsing.ArgumentParser().parse_",
        "simple_parsing.parse()",
        "tap.Tap().parse_args()",
        "tyro.cli()",  # https://brentyi.github.io/tyro
    ),
    "TYPED": (
        "builtins.input()",  # https://docs.python.org/3/library/functions.html#input
        "click.prompt()",  # https://click.palletsprojects.com/en/stable/prompts/
        "getpass.getpass()",
        "inquirer.prompt()",
        "prompt_toolkit.prompt()",
        "questionary.text()",
        "rich.prompt.Prompt.ask()",
        "sys.stdin",
        "typer.prompt()",
    ),
    "ENVIRONMENT": (
        "os.environ",  # https://docs.python.org/3/library/os.html#os.environ
        "os.environb",
        "os.getenv()",
        "os.getenvb()",
    ),
    "NETWORK": (
        "aiohttp.",  # https://docs.aiohttp.org
        "fastapi.Request",  # https://fastapi.tiangolo.com/advanced/using-request-directly/
        "flask.request.",  # https://flask.palletsprojects.com/en/stable/api/#flask.request
        "httpx.",  # https://www.python-httpx.org/api/
        "http.client.",
        "requests.",  # https://requests.readthedocs.io/en/latest/api/
        "socket.socket",
        "socket.create_connection()",
        "starlette.requests.Request",
        "urllib.request.urlopen()",
        "urllib3.",
        "websockets.",
    ),
    "FILE": (
        "builtins.open()",
        "codecs.open()",
        "fileinput.input()",
        "fsspec.open()",  # https://filesystem-spec.readthedocs.io
        "io.open()",
        "json.load()",
        "linecache.getline",
        "pathlib.Path().open()",
        "toml.load()",
        "tomllib.load()",
        "yaml.full_load()",
        "yaml.load()",
        "yaml.safe_load()",
    ),
    "MODEL": (
        # https://platform.openai.com/docs/api-reference/chat/create and the interface before 1.0
        "openai.OpenAI().",
        "openai.AsyncOpenAI().",
        "openai.AzureOpenAI().",
        "openai.AsyncAzureOpenAI().",
        "openai.ChatCompletion.",
        "openai.Completion.",
        "openai.chat.completions.create()",
        "openai.completions.create()",
        "openai.responses.create()",
        # https://docs.anthropic.com/en/api/messages
        "anthropic.Anthropic().",
        "anthropic.AsyncAnthropic().",
        "anthropic.AnthropicBedrock().",
        # https://huggingface.co/docs/transformers/main_classes/pipelines
        "transformers.pipeline()()",
        "transformers.TextGenerationPipeline()()",
        # https://huggingface.co/docs/huggingface_hub/package_reference/inference_client
        "huggingface_hub.InferenceClient().",
        "huggingface_hub.AsyncInferenceClient().",
        # https://docs.litellm.ai/docs/completion
        "litellm.acompletion()",
        "litellm.completion()",
        "litellm.text_completion()",
        # https://github.com/ollama/ollama-python
        "ollama.chat()",
        "ollama.generate()",
        "ollama.Client().",
        # https://ai.google.dev/gemini-api/docs
        "google.generativeai.GenerativeModel().",
        "google.genai.Client().models.",
        # https://docs.cohere.com/reference/chat, https://docs.mistral.ai/api, https://console.groq.com/docs
        "cohere.Client().",
        "cohere.ClientV2().",
        "groq.Groq().",
        "mistralai.Mistral().",
        "replicate.run()",
        "together.Together().",
        # https://docs.vllm.ai/en/latest/api/vllm/
        "vllm.LLM().chat()",
        "vllm.LLM().generate()",
    ),
}

# What the function that reads is called, where the object it is called on is not known.
READING_METHODS = {
    "read": "FILE",
    "read_bytes": "FILE",
    "read_text": "FILE",
    "readline": "FILE",
    "readlines": "FILE",
    "recv": "NETWORK",
    "recv_json": "NETWORK",
    "recv_string": "NETWORK",
}

# Methods that return what a language model wrote, on an object named like one (``self.llm.invoke(...)``):
# https://python.langchain.com/docs/concepts/runnables/, https://docs.llamaindex.ai/en/stable/module_guides/models/llms/
MODEL_METHODS = frozenset(
    {
        "acomplete",
        "achat",
        "agenerate",
        "ainvoke",
        "apredict",
        "arun",
        "chat",
        "complete",
        "generate",
        "invoke",
        "predict",
        "predict_messages",
        "run",
    }
)
MODEL_OBJECTS = frozenset(
    {"chat_llm", "chat_model", "language_model", "llm", "llm_chain", "llm_client", "llm_model", "llm_predictor"}
)
# Token ids back to text, what a model generated: https://huggingface.co/docs/transformers/main_classes/tokenizer
DECODING_METHODS = frozenset({"batch_decode", "decode"})
DECODERS = frozenset({"processor", "tokenizer"})
# ``completion.choices[0].message.content``, ``.text``: the shape of every answer in the form that OpenAI defined.
ANSWER_PARTS = frozenset({"arguments", "content", "text"})
ANSWER_LIST = "choices"

# Decorators by which a framework calls a function, with what it fills the parameters.
ENTRY_POINTS: dict[str, tuple[str, ...]] = {
    "COMMAND_LINE": (
        "asyncclick.",
        "click.",  # https://click.palletsprojects.com
        "hydra.main()",  # https://hydra.cc
        "typer.Typer().",  # https://typer.tiangolo.com
    ),
    "NETWORK": (
        "aiohttp.web.RouteTableDef().",
        "fastapi.APIRouter().",  # https://fastapi.tiangolo.com
        "fastapi.FastAPI().",
        "flask.Blueprint().",  # https://flask.palletsprojects.com
        "flask.Flask().",
        "litestar.",
        "quart.Quart().",
        "sanic.Sanic().",
    ),
    "MODEL": (
        # Tools that a language model calls with arguments it wrote.
        "agents.function_tool",  # https://openai.github.io/openai-agents-python/tools/
        "fastmcp.FastMCP().tool",
        "langchain.agents.tool",
        "langchain.tools.tool",  # https://python.langchain.com/docs/concepts/tools/
        "langchain_core.tools.tool",
        "mcp.server.fastmcp.FastMCP().tool",  # https://github.com/modelcontextprotocol/python-sdk
        "smolagents.tool",  # https://huggingface.co/docs/smolagents
    ),
}
# Of a group of click's, ``@group.command()`` by which a function of the module is one of its commands.
COMMAND_DECORATORS = ("<here>.", (".command()", ".command"))
# Functions that call a function they are given with what stands on the command line.
# https://google.github.io/python-fire, https://typer.tiangolo.com/tutorial/first-steps/
LAUNCHERS = frozenset({"fire.Fire", "jsonargparse.CLI", "plac.call", "typer.run"})
# Frameworks that convert an argument to the type it is annotated with, and refuse what is none.
CONVERTING = ("fastapi.", "typer.")
