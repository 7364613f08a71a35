"""Settings, and the only reader of the environment.

Order of precedence: arguments and flags, then `LLM_EXTRACT_*` (and `OPENAI_API_KEY`, `OPENAI_BASE_URL`) in the environment,
then the same in `.env` of the working directory, then the defaults below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

EngineName = Literal["hybrid", "cascade", "model", "baseline"]

EMBEDDED_MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
"""Name of the embedded model in records and cache keys."""


class Settings(BaseSettings):
    """Everything that can be set. Each field is also an environment variable `LLM_EXTRACT_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="LLM_EXTRACT_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    engine: EngineName = Field("hybrid", description="which reader: hybrid, cascade, model or baseline")
    model: str | None = Field(None, description="model name at the endpoint; none and no key: the embedded model")
    base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("base_url", "LLM_EXTRACT_BASE_URL", "OPENAI_BASE_URL"),
        description="OpenAI-compatible endpoint, such as http://localhost:8000/v1",
    )
    api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("api_key", "LLM_EXTRACT_API_KEY", "OPENAI_API_KEY"),
        description="key of the endpoint",
    )
    concurrency: int = Field(16, ge=1, le=1024, description="most requests under way at once; fewer where the endpoint throttles")
    requests_per_minute: float | None = Field(None, gt=0, description="the endpoint's request limit; none: it is found out")
    tokens_per_minute: float | None = Field(None, gt=0, description="the endpoint's token limit; none: it is found out")
    outage: float = Field(600.0, gt=0, description="seconds that an endpoint may be down before the run stops")
    timeout: float = Field(120.0, gt=0, description="seconds to wait for one answer")
    transport_retries: int = Field(4, ge=0, le=20, description="further tries after a 429, a 5xx or a time-out")
    temperature: float = Field(0.0, ge=0, le=2, description="sampling temperature")
    seed: int = Field(7, description="sampling seed, for endpoints that honour one")
    max_output_tokens: int = Field(700, ge=16, description="token limit of one answer")
    input_price: float | None = Field(None, ge=0, description="USD a million prompt tokens; unknown: cost is null")
    output_price: float | None = Field(None, ge=0, description="USD a million answer tokens; unknown: cost is null")
    prices: Path | None = Field(None, description="a TOML table of prices by model, before the shipped one")
    errors_below: float = Field(0.1, gt=0, lt=1, description="cascade: share of wrong, missing and invented values allowed")
    gguf: Path | None = Field(None, description="a GGUF file of your own in place of the embedded model's")
    local_threads: int | None = Field(None, ge=1, description="threads of the embedded model; none: all cores")
    local_slots: int = Field(1, ge=1, le=64, description="questions that the embedded model answers at once")
    cache_dir: Path = Field(
        default_factory=lambda: user_cache_path("llm_extract"), description="folder of the answer cache and of the joined weights"
    )
    workers: int | None = Field(
        None, ge=0, le=256, description="processes that read letters beside this one; none: as many as pay; 0: this one alone"
    )
    sync_seconds: float = Field(5.0, ge=0, description="longest time that a record may be lost by a power failure; 0: none")
    cache: bool = Field(True, description="whether answers are kept and reused")
    telemetry: bool | None = Field(
        None, description="whether a run is told to an OpenTelemetry collector; none: where OTEL_EXPORTER_OTLP_ENDPOINT names one"
    )
    prompts_dir: Path | None = Field(None, description="folder with your own prompts in place of the shipped ones")
    max_chars: int = Field(1_000_000, ge=1, description="longest letter that is read, in characters")
    max_pdf_pages: int = Field(200, ge=1, description="longest PDF that is read, in pages")
    pdf_timeout: float = Field(30.0, gt=0, description="seconds that reading one PDF may take")

    @property
    def embedded(self) -> bool:
        """Whether the embedded model is meant: by its name or a file, or because no model, no endpoint and no key is given."""
        by_name = self.model == EMBEDDED_MODEL and self.base_url is None
        return self.gguf is not None or by_name or (self.model is None and self.base_url is None and self.api_key is None)


class OpenTelemetrySettings(BaseSettings):
    """What of OpenTelemetry's own variables decides whether and what is exported; its exporters read the others themselves.

    Not out of `.env`, which those do not read either.
    """

    model_config = SettingsConfigDict(env_prefix="OTEL_", extra="ignore", frozen=True, env_ignore_empty=True)

    exporter_otlp_endpoint: str | None = None
    exporter_otlp_traces_endpoint: str | None = None
    exporter_otlp_metrics_endpoint: str | None = None
    protocol: str = Field("http/protobuf", validation_alias="OTEL_EXPORTER_OTLP_PROTOCOL")
    traces_exporter: str = "otlp"
    metrics_exporter: str = "otlp"
    sdk_disabled: str = "false"

    @property
    def names_a_collector(self) -> bool:
        """Whether somebody is named who takes what is exported."""
        return any((self.exporter_otlp_endpoint, self.exporter_otlp_traces_endpoint, self.exporter_otlp_metrics_endpoint))

    @property
    def traces(self) -> bool:
        """Whether spans are exported: to a collector that is named for them or for all, or, where none is, to the default one."""
        named = self.exporter_otlp_endpoint or self.exporter_otlp_traces_endpoint
        return bool(named or not self.names_a_collector) and self.traces_exporter != "none"

    @property
    def metrics(self) -> bool:
        """Whether metrics are; as `traces`."""
        named = self.exporter_otlp_endpoint or self.exporter_otlp_metrics_endpoint
        return bool(named or not self.names_a_collector) and self.metrics_exporter != "none"
