"""The providers one can pick from: a name and a base URL each; a new one is a new row."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider as its makers describe it."""

    id: str
    title: str
    base_url: str
    variables: tuple[str, ...] = ()
    """Environment variables that usually hold its key."""
    key_page: str = ""
    """Where its makers hand out keys."""
    other_ports: tuple[int, ...] = ()
    """Where other versions of a local server listen."""

    @property
    def local(self) -> bool:
        """It runs on this machine and needs no key."""
        return urlsplit(self.base_url).hostname == "localhost"

    @property
    def port(self) -> int:
        """The port of a local server."""
        return urlsplit(self.base_url).port or 0

    def at(self, port: int) -> "Preset":
        """Return this server as it listens at another port."""
        return replace(self, base_url=self.base_url.replace(f":{self.port}/", f":{port}/"))


PRESETS: tuple[Preset, ...] = (
    Preset(
        "deepseek",
        "DeepSeek",
        "https://api.deepseek.com/v1",
        ("DEEPSEEK_API_KEY",),
        key_page="https://platform.deepseek.com/api_keys",
    ),
    Preset(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_KEY",),
        key_page="https://openrouter.ai/settings/keys",
    ),
    Preset(
        "openai",
        "OpenAI",
        "https://api.openai.com/v1",
        ("OPENAI_API_KEY",),
        key_page="https://platform.openai.com/api-keys",
    ),
    Preset(
        "kimi",
        "Kimi (Moonshot)",
        "https://api.moonshot.ai/v1",
        ("MOONSHOT_API_KEY",),
        key_page="https://platform.moonshot.ai/console/api-keys",
    ),
    Preset(
        "kimi-cn",
        "Kimi (Moonshot China)",
        "https://api.moonshot.cn/v1",
        key_page="https://platform.moonshot.cn/console/api-keys",
    ),
    Preset(
        "kimi-code",
        "Kimi Code plan",
        "https://api.kimi.com/coding/v1",
        ("KIMI_API_KEY",),
        key_page="https://www.kimi.com/code/console",
    ),
    Preset(
        "zai",
        "Z.AI (GLM)",
        "https://api.z.ai/api/paas/v4",
        ("ZAI_API_KEY",),
        key_page="https://z.ai/manage-apikey/apikey-list",
    ),
    Preset(
        "zai-coding",
        "Z.AI coding plan",
        "https://api.z.ai/api/coding/paas/v4",
        key_page="https://z.ai/manage-apikey/apikey-list",
    ),
    Preset(
        "zhipu",
        "Zhipu (China)",
        "https://open.bigmodel.cn/api/paas/v4",
        ("ZHIPU_API_KEY",),
        key_page="https://open.bigmodel.cn/usercenter/apikeys",
    ),
    Preset(
        "zhipu-coding",
        "Zhipu coding plan",
        "https://open.bigmodel.cn/api/coding/paas/v4",
        key_page="https://open.bigmodel.cn/usercenter/apikeys",
    ),
    Preset(
        "bailian",
        "Alibaba Bailian (Qwen)",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ("DASHSCOPE_API_KEY",),
        key_page="https://bailian.console.aliyun.com/#/api-key",
    ),
    Preset(
        "minimax",
        "MiniMax",
        "https://api.minimax.io/v1",
        ("MINIMAX_API_KEY",),
        key_page="https://platform.minimax.io/user-center/basic-information/interface-key",
    ),
    Preset(
        "minimax-cn",
        "MiniMax (China)",
        "https://api.minimaxi.com/v1",
        key_page="https://platform.minimaxi.com/user-center/basic-information/interface-key",
    ),
    Preset(
        "mistral",
        "Mistral",
        "https://api.mistral.ai/v1",
        ("MISTRAL_API_KEY",),
        key_page="https://console.mistral.ai/api-keys",
    ),
    Preset(
        "nvidia",
        "NVIDIA NIM",
        "https://integrate.api.nvidia.com/v1",
        ("NVIDIA_API_KEY",),
        key_page="https://build.nvidia.com/settings/api-keys",
    ),
    Preset(
        "together",
        "Together",
        "https://api.together.xyz/v1",
        ("TOGETHER_API_KEY",),
        key_page="https://api.together.ai/settings/api-keys",
    ),
    Preset(
        "novita",
        "Novita",
        "https://api.novita.ai/openai",
        ("NOVITA_API_KEY",),
        key_page="https://novita.ai/settings/key-management",
    ),
    Preset(
        "siliconflow",
        "SiliconFlow",
        "https://api.siliconflow.com/v1",
        ("SILICONFLOW_API_KEY",),
        key_page="https://cloud.siliconflow.com/account/ak",
    ),
    Preset(
        "siliconflow-cn",
        "SiliconFlow (China)",
        "https://api.siliconflow.cn/v1",
        key_page="https://cloud.siliconflow.cn/account/ak",
    ),
    Preset(
        "ark",
        "Volcengine Ark",
        "https://ark.cn-beijing.volces.com/api/v3",
        ("ARK_API_KEY",),
        key_page="https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey",
    ),
    Preset(
        "stepfun",
        "StepFun",
        "https://api.stepfun.ai/v1",
        ("STEPFUN_API_KEY",),
        key_page="https://platform.stepfun.ai/interface-key",
    ),
    Preset(
        "mimo",
        "Xiaomi MiMo",
        "https://api.xiaomimimo.com/v1",
        key_page="https://platform.xiaomimimo.com",
    ),
    Preset(
        "modelscope",
        "ModelScope",
        "https://api-inference.modelscope.cn/v1",
        key_page="https://modelscope.cn/my/myaccesstoken",
    ),
    Preset(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        ("GROQ_API_KEY",),
        key_page="https://console.groq.com/keys",
    ),
    Preset(
        "gemini",
        "Gemini (OpenAI-compatible)",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY",),
        key_page="https://aistudio.google.com/apikey",
    ),
    Preset("xai", "xAI", "https://api.x.ai/v1", ("XAI_API_KEY",), key_page="https://console.x.ai"),
    Preset("ollama", "Ollama", "http://localhost:11434/v1"),
    Preset("lm-studio", "LM Studio", "http://localhost:1234/v1"),
    Preset("llama-cpp", "llama.cpp server", "http://localhost:8080/v1", other_ports=(9931,)),
    Preset("vllm", "vLLM", "http://localhost:8000/v1"),
)


def matching(words: str) -> tuple[Preset, ...]:
    """Return the presets whose name or address holds these words."""
    wanted = words.casefold().split()
    return tuple(
        each
        for each in PRESETS
        if all(word in f"{each.title} {each.base_url} {each.id}".casefold() for word in wanted)
    )


def key_page(base_url: str) -> str:
    """Return where keys for an address are handed out, empty where that is not known."""
    host = urlsplit(base_url).hostname
    return next((each.key_page for each in PRESETS if urlsplit(each.base_url).hostname == host), "")
