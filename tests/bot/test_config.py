"""What the environment and `.env` set."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config import SHIPPED_DOCUMENTS, ConfigurationError, configure, settings
from corpus.errors import RapporteurError


def test_without_settings_the_shipped_documents_are_read() -> None:
    config = configure({})
    assert config.documents == SHIPPED_DOCUMENTS
    assert config.documents_are_shipped
    assert (config.documents / "S_RES_1138_1997.txt").is_file()


def test_without_settings_the_model_is_the_packaged_one() -> None:
    assert configure({}).model is None


def test_the_default_index_is_in_the_users_data_folder() -> None:
    index = configure({}).index
    assert index.is_absolute()
    assert "rapporteur" in index.parts
    assert not configure({}).index_is_set


def test_two_folders_of_documents_have_two_indexes(tmp_path: Path) -> None:
    here, there = tmp_path / "a" / "texts", tmp_path / "b" / "texts"
    indexes = {configure({"RAPPORTEUR_DOCUMENTS": str(folder)}).index for folder in (here, there)}
    assert len({*indexes, configure({}).index}) == 3


def test_the_shipped_folder_by_name_has_the_index_of_the_default() -> None:
    assert configure({"RAPPORTEUR_DOCUMENTS": str(SHIPPED_DOCUMENTS)}).index == configure({}).index


def test_the_index_set_is_used_for_whatever_documents(tmp_path: Path) -> None:
    config = configure({"RAPPORTEUR_INDEX": str(tmp_path)}, tmp_path / "texts")
    assert config.index == tmp_path
    assert config.index_is_set


def test_a_folder_that_is_named_goes_before_the_setting(tmp_path: Path) -> None:
    config = configure({"RAPPORTEUR_DOCUMENTS": "/elsewhere"}, tmp_path)
    assert config.documents == tmp_path


def test_a_tilde_is_the_home_folder() -> None:
    assert configure({"RAPPORTEUR_DOCUMENTS": "~/texts"}).documents == (Path.home() / "texts").resolve()


def test_a_relative_path_is_made_absolute() -> None:
    assert configure({"RAPPORTEUR_INDEX": "there"}).index == (Path.cwd() / "there").resolve()


def test_a_folder_of_documents_that_does_not_exist_is_left_to_its_reader(tmp_path: Path) -> None:
    assert configure({}, tmp_path / "none").documents == tmp_path / "none"


@pytest.mark.parametrize(
    "name", ["RAPPORTEUR_DOCUMENTS", "RAPPORTEUR_INDEX", "RAPPORTEUR_MODEL", "RAPPORTEUR_RERANKER"]
)
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is set but empty.*unset it"):
        configure({name: value})


@pytest.mark.parametrize("name", ["RAPPORTEUR_DOCUMENTS", "RAPPORTEUR_INDEX"])
def test_a_file_is_no_folder(name: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigurationError, match=f"^{name} is .*file"):
        configure({name: str(file)})


@pytest.mark.parametrize("value", ["~nobody-of-that-name/x", "a\0b"])
def test_a_path_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="RAPPORTEUR_INDEX"):
        configure({"RAPPORTEUR_INDEX": value})


def test_without_settings_there_is_no_reranker() -> None:
    assert configure({}).reranker is None


def test_a_model_by_name_stays_a_name() -> None:
    config = configure({"RAPPORTEUR_MODEL": "zoo/quolls", "RAPPORTEUR_RERANKER": "zoo/rank-quolls"})
    assert (config.model, config.reranker) == ("zoo/quolls", "zoo/rank-quolls")


@pytest.mark.parametrize("value", ["./model", "~/model", "/srv/model"])
def test_a_model_by_path_is_made_absolute(value: str) -> None:
    config = configure({"RAPPORTEUR_MODEL": value, "RAPPORTEUR_RERANKER": value})
    assert config.model is not None
    assert Path(config.model).is_absolute()
    assert config.reranker == config.model


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RAPPORTEUR_MODEL=file\nRAPPORTEUR_INDEX=index\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORTEUR_MODEL", "environment")
    monkeypatch.delenv("RAPPORTEUR_INDEX", raising=False)
    found = settings()
    assert found["RAPPORTEUR_MODEL"] == "environment"
    assert found["RAPPORTEUR_INDEX"] == "index"


def test_without_a_file_there_is_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings() == dict(os.environ)


def test_a_file_that_is_not_utf_8_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_bytes(b"RAPPORTEUR_INDEX=\xff\xfe\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match=r"\.env cannot be read"):
        settings()


def test_a_name_without_a_value_in_the_file_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("RAPPORTEUR_MODEL\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("RAPPORTEUR_MODEL", raising=False)
    with pytest.raises(ConfigurationError, match="RAPPORTEUR_MODEL"):
        configure(settings())


def test_a_configuration_error_is_one_of_the_program() -> None:
    assert issubclass(ConfigurationError, RapporteurError)
