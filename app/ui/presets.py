"""The providers one can pick from: a name and a base URL each; a new one is a new row."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider as its makers describe it."""

    id: str
    title: str
    base_url: str
    variables: tuple[str, ...] = ()
    """Environment variables that usually hold its key."""

    @property
    def local(self) -> bool:
        """It runs on this machine and needs no key."""
        return urlsplit(self.base_url).hostname == "localhost"

    @property
    def port(self) -> int:
        """The port of a local server."""
        return urlsplit(self.base_url).port or 0


PRESETS: tuple[Preset, ...] = (
    Preset("deepseek", "DeepSeek", "https://api.deepseek.com/v1", ("DEEPSEEK_API_KEY",)),
    Preset("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", ("OPENROUTER_API_KEY",)),
    Preset("openai", "OpenAI", "https://api.openai.com/v1", ("OPENAI_API_KEY",)),
    Preset("kimi", "Kimi (Moonshot)", "https://api.moonshot.ai/v1", ("MOONSHOT_API_KEY",)),
    Preset("kimi-cn", "Kimi (Moonshot China)", "https://api.moonshot.cn/v1"),
    Preset("kimi-code", "Kimi Code plan", "https://api.kimi.com/coding/v1", ("KIMI_API_KEY",)),
    Preset("zai", "Z.AI (GLM)", "https://api.z.ai/api/paas/v4", ("ZAI_API_KEY",)),
    Preset("zai-coding", "Z.AI coding plan", "https://api.z.ai/api/coding/paas/v4"),
    Preset("zhipu", "Zhipu (China)", "https://open.bigmodel.cn/api/paas/v4", ("ZHIPU_API_KEY",)),
    Preset("zhipu-coding", "Zhipu coding plan", "https://open.bigmodel.cn/api/coding/paas/v4"),
    Preset(
        "bailian",
        "Alibaba Bailian (Qwen)",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
        ("DASHSCOPE_API_KEY",),
    ),
    Preset("minimax", "MiniMax", "https://api.minimax.io/v1", ("MINIMAX_API_KEY",)),
    Preset("minimax-cn", "MiniMax (China)", "https://api.minimaxi.com/v1"),
    Preset("mistral", "Mistral", "https://api.mistral.ai/v1", ("MISTRAL_API_KEY",)),
    Preset("nvidia", "NVIDIA NIM", "https://integrate.api.nvidia.com/v1", ("NVIDIA_API_KEY",)),
    Preset("together", "Together", "https://api.together.xyz/v1", ("TOGETHER_API_KEY",)),
    Preset("novita", "Novita", "https://api.novita.ai/openai", ("NOVITA_API_KEY",)),
    Preset(
        "siliconflow", "SiliconFlow", "https://api.siliconflow.com/v1", ("SILICONFLOW_API_KEY",)
    ),
    Preset("siliconflow-cn", "SiliconFlow (China)", "https://api.siliconflow.cn/v1"),
    Preset("ark", "Volcengine Ark", "https://ark.cn-beijing.volces.com/api/v3", ("ARK_API_KEY",)),
    Preset("stepfun", "StepFun", "https://api.stepfun.ai/v1", ("STEPFUN_API_KEY",)),
    Preset("mimo", "Xiaomi MiMo", "https://api.xiaomimimo.com/v1"),
    Preset("modelscope", "ModelScope", "https://api-inference.modelscope.cn/v1"),
    Preset("groq", "Groq", "https://api.groq.com/openai/v1", ("GROQ_API_KEY",)),
    Preset(
        "gemini",
        "Gemini (OpenAI-compatible)",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        ("GEMINI_API_KEY",),
    ),
    Preset("xai", "xAI", "https://api.x.ai/v1", ("XAI_API_KEY",)),
    Preset("ollama", "Ollama", "http://localhost:11434/v1"),
    Preset("lm-studio", "LM Studio", "http://localhost:1234/v1"),
    Preset("llama-cpp", "llama.cpp server", "http://localhost:8080/v1"),
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
