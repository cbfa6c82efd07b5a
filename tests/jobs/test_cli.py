"""The command line: what it says, and how it ends. None of these commands starts Spark."""

import errno
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from parcours.jobs.places import read_places
from parcours.jobs.store import Store
from tests.jobs.conftest import JOURNEY, Parcours


# ------------------------------------------------------------------------------------------------- the program itself
def test_the_command_line_imports_nothing_that_is_slow() -> None:
    slow = ("pyspark", "great_expectations", "deltalake", "pyarrow", "pydantic", "sqlglot", "airflow", "numpy")
    code = (
        f"import sys, parcours.jobs.cli.app, parcours.jobs.cli.commands; print([n for n in {slow} if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_validate_status_trace_and_batches_start_no_spark(store: Store, tmp_path: Path) -> None:
    lines = [["validate"], ["status"], ["trace", "ada"], ["batches"], ["close", "news", "--at", "2026-03-06"]]
    code = (
        "import sys\nfrom parcours.jobs.cli.app import run\n"
        f"for line in {lines!r}: assert run([*line, '--project', {str(tmp_path)!r}]) == 0, line\n"
        "sys.exit('pyspark' in sys.modules or 'great_expectations' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_a_command_that_there_is_not_is_wrong(parcours: Parcours) -> None:
    said = parcours("fly")
    assert (said.status, said.out) == (2, "")
    assert said.err == "parcours: No such command 'fly' (try: parcours --help)\n"


def test_an_option_that_there_is_not_is_wrong(parcours: Parcours) -> None:
    said = parcours("tick", "--untill", "2026-03-02")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("parcours tick: No such option: --untill")


def test_an_argument_that_is_missing_is_wrong(parcours: Parcours) -> None:
    said = parcours("publish")
    assert (said.status, said.err) == (2, "parcours publish: Missing argument 'ID...' (try: parcours publish --help)\n")


def test_a_group_of_commands_says_which_there_are(parcours: Parcours, project: Path) -> None:
    said = parcours("audiences")
    assert (said.status, said.out) == (2, "")
    assert said.err == "parcours audiences: no command is named (write refresh, preview or load)\n"


def test_options_may_stand_between_a_group_and_its_command(parcours: Parcours, store: Store, tmp_path: Path) -> None:
    said = parcours("batches", "--project", tmp_path, "ack", "b-ada-hi", "--json")
    assert (said.status, json.loads(said.out)) == (0, {"changed": ["b-ada-hi"], "unchanged": []})


def test_commands_of_later_versions_are_absent(parcours: Parcours) -> None:
    assert [parcours(name).status for name in ("rewind", "forecast", "backfill", "report", "maintain")] == [2] * 5


def test_the_project_may_be_named_before_or_after_the_command(parcours: Parcours, project: Path) -> None:
    elsewhere = project / "journeys"
    assert parcours("--project", project, "status").status == 0
    assert parcours("status", "--project", project).status == 0
    assert parcours("--project", elsewhere, "status", "--project", project).status == 0


def test_a_folder_without_a_project_is_named(parcours: Parcours, tmp_path: Path) -> None:
    said = parcours("status", "--project", tmp_path)
    assert (said.status, said.out) == (2, "")
    assert said.err == (
        f"no project in {tmp_path}: there is no parcours.yaml (parcours init makes a project; --project names one)\n"
    )


def test_a_wrong_command_line_is_json_too_where_json_is_asked_for(parcours: Parcours) -> None:
    said = parcours("publish", "--json")
    assert said.status == 2
    assert json.loads(said.out) == {
        "error": "parcours publish: Missing argument 'ID...' (try: parcours publish --help)"
    }


def test_a_mistake_is_json_too_where_json_is_asked_for(parcours: Parcours, tmp_path: Path) -> None:
    said = parcours("status", "--json", "--project", tmp_path)
    assert said.status == 2
    assert json.loads(said.out) == {"error": said.err.rstrip("\n")}


def test_the_warehouse_of_the_command_line_takes_the_place_of_the_projects(parcours: Parcours, project: Path) -> None:
    assert parcours("publish", "hello", "--at", "2026-03-01", "--warehouse", "other").status == 0
    assert (project / "other" / "journey_versions").is_dir()
    assert not (project / "warehouse").exists()


def test_a_warehouse_may_be_the_uri_of_a_folder(parcours: Parcours, project: Path) -> None:
    place = project / "the warehouse"
    uri = f"file://{project}/the%20warehouse"
    assert parcours("publish", "hello", "--at", "2026-03-01", "--warehouse", uri).status == 0
    assert (place / "journey_versions").is_dir()
    again = parcours("status", "--json", "--warehouse", place)
    assert [version["journey_id"] for version in json.loads(again.out)["versions"]] == ["hello"]
    assert (place / ".locks" / "tick.lock").is_file()  # of one machine's warehouse


def test_a_warehouse_that_is_a_file_is_wrong(parcours: Parcours, project: Path) -> None:
    said = parcours("publish", "hello", "--at", "2026-03-01", "--warehouse", "events.yaml", "--json")
    assert (said.status, said.err) == (2, f"{project}/events.yaml/.locks: Not a directory\n")
    assert json.loads(said.out) == {"error": f"{project}/events.yaml/.locks: Not a directory"}


def test_a_full_disk_is_a_failure(parcours: Parcours, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from parcours.jobs import status

    def full(store: Store) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/data/ticks")

    monkeypatch.setattr(status, "status", full)
    said = parcours("status")
    assert (said.status, said.out, said.err) == (1, "", "/data/ticks: No space left on device\n")


def test_the_process_ends_without_the_end_of_the_interpreter() -> None:
    code = (
        "import atexit\nfrom parcours.jobs.leaving import leave\n"
        "class Late:\n    def __del__(self): print('the interpreter is taken down')\n"
        "late = Late()\natexit.register(print, 'registered')\nprint('said')\nleave(3)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (3, "said\nregistered\n", "")


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_ctrl_c_ends_with_one_line(
    parcours: Parcours, project: Path, monkeypatch: pytest.MonkeyPatch, is_wrapped: bool
) -> None:
    from parcours.jobs import status

    def interrupted(store: Store) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            if is_wrapped:  # as Spark does with a job that it cancels
                raise RuntimeError("a job was cancelled")  # noqa: B904 - as Spark does it
            raise

    monkeypatch.setattr(status, "status", interrupted)
    said = parcours("status")
    assert (said.status, said.out) == (130, "")
    assert said.err == "stopping; the next command that writes settles what was begun\n"


def test_ctrl_c_is_answered_before_what_runs_has_stopped(
    parcours: Parcours, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from parcours.jobs import status

    said_before_the_end = []

    def slow_to_stop(store: Store) -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            said_before_the_end.append(capsys.readouterr().err)

    monkeypatch.setattr(status, "status", slow_to_stop)
    former = signal.getsignal(signal.SIGINT)
    said = parcours("status")
    assert said_before_the_end == ["stopping; the next command that writes settles what was begun\n"]
    assert (said.status, said.out, said.err) == (130, "", "")
    assert signal.getsignal(signal.SIGINT) is former


def test_a_broken_promise_of_our_own_is_not_hidden(
    parcours: Parcours, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from parcours.jobs import status

    monkeypatch.setattr(status, "status", lambda store: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        parcours("status")


def test_a_file_that_is_not_there_is_told_before_spark_starts(project: Path) -> None:
    lines = [["load", "events", "orders.csv"], ["audiences", "load", "vip", "vip.csv"], ["load", "events", "x.xlsx"]]
    (project / "x.xlsx").write_text("no table")
    code = (
        "import sys\nfrom parcours.jobs.cli.app import run\nfrom pyspark import SparkContext\n"
        f"for line in {lines!r}: assert run(line) == 2, line\n"
        "sys.exit(SparkContext._active_spark_context is not None)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (
        0,
        "orders.csv: no such file\n"
        "vip.csv: no such file\n"
        "x.xlsx: not a format that is read (save it as .csv, .jsonl or .parquet)\n",
    )


def test_a_column_that_is_mapped_twice_is_wrong(parcours: Parcours, project: Path) -> None:
    said = parcours("load", "events", "x.csv", "--map", "event_id=id", "--map", "event_id=number")
    assert (said.status, said.out) == (2, "")
    assert said.err == "--map event_id=number: event_id is id already (name it once)\n"


def test_a_fate_of_insiders_that_there_is_not_is_wrong(parcours: Parcours, project: Path) -> None:
    said = parcours("publish", "hello", "--insiders", "leave")
    assert (said.status, said.err) == (2, "--insiders leave: unknown (write stay, move or exit)\n")


def test_ticks_of_no_length_are_refused_before_any_table_is_made(parcours: Parcours, project: Path) -> None:
    said = parcours("tick", "--until", "2026-03-02", "--every", "0s")
    assert (said.status, said.err) == (2, "--every must be longer than nothing (write PT15M or 1d)\n")
    assert not (project / "warehouse").exists()


def test_a_mistake_in_a_draft_stops_no_tick(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "hello.yaml").write_text(JOURNEY.replace("2d", "soon"))
    said = parcours("tick", "--until", "2026-03-02")
    assert (said.status, said.out) == (0, "nothing to do: no journey is published by then (parcours publish ID)\n")
    assert said.err.partition(" ")[2] == (
        "warning: journeys/hello.yaml:5: steps[0].for: not a duration: 'soon' (write 2d or PT6H); "
        "what was published runs all the same\n"
    )


def test_a_mistake_in_what_a_tick_reads_stops_it(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "hello.yaml").write_text(JOURNEY.replace("2d", "soon"))
    (project / "channels.yaml").write_text("channels: {email: {max: 3}}\n")
    said = parcours("tick", "--until", "2026-03-02")
    assert (said.status, said.out) == (2, "")
    assert said.err.splitlines()[-2].startswith("channels.yaml:1: channels.email.max: unknown key 'max'")


# ------------------------------------------------------------------------------------------------------------- times
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("publish", "hello", "--at", "soon"), "--at: not an instant: 'soon' (write 2026-03-01T09:00:00Z)\n"),
        (("tick", "--until", "2026-13-01"), "--until: not an instant: '2026-13-01' (write 2026-03-01T09:00:00Z)\n"),
        (("tick", "--every", "soon"), "--every: not a duration: 'soon' (write 2d or PT6H)\n"),
    ],
)
def test_a_time_that_is_none_is_wrong(parcours: Parcours, project: Path, words: tuple[str, ...], message: str) -> None:
    said = parcours(*words)
    assert (said.status, said.out, said.err) == (2, "", message)


# ---------------------------------------------------------------------------------------------------------- validate
def test_validate_counts_what_is_fine(parcours: Parcours, project: Path) -> None:
    said = parcours("validate")
    assert (said.status, said.err) == (0, "")
    assert said.out == "1 journey, 0 audiences, 0 templates: fine\n"


def test_validate_lists_every_problem(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "hello.yaml").write_text(
        JOURNEY.replace("2d", "soon").replace("version: 1", "version: one")
    )
    (project / "events.yml").write_text("")
    said = parcours("validate")
    assert (said.status, said.err) == (2, "")
    assert said.out == (
        "events.yml:1: warning: not read (call it .yaml)\n"
        "journeys/hello.yaml:2: version: not a whole number: 'one'\n"
        "journeys/hello.yaml:5: steps[0].for: not a duration: 'soon' (write 2d or PT6H)\n"
        "2 problems, 1 warning\n"
    )


def test_validate_says_it_in_json(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "hello.yaml").write_text(JOURNEY.replace("2d", "soon"))
    said = parcours("validate", "--json")
    assert said.status == 2
    problem = {
        "file": "journeys/hello.yaml",
        "line": 5,
        "path": "steps[0].for",
        "what": "not a duration: 'soon'",
        "remedy": "write 2d or PT6H",
        "is_warning": False,
    }
    assert json.loads(said.out) == {"problems": [problem], "is_fine": False}


def test_validate_of_one_file_tells_of_that_file_alone(parcours: Parcours, project: Path) -> None:
    (project / "journeys" / "hello.yaml").write_text(JOURNEY.replace("2d", "soon"))
    (project / "channels.yaml").write_text("channels: {email: {max: 3}}\n")
    said = parcours("validate", "channels.yaml")
    assert said.status == 2
    assert said.out.splitlines()[0].startswith("channels.yaml:1: channels.email.max: unknown key 'max'")
    assert said.out.splitlines()[1:] == ["1 problem"]


def test_validate_finds_the_project_of_a_path(
    parcours: Parcours, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert parcours("validate", project / "journeys" / "hello.yaml").status == 0


def test_validate_of_a_path_that_is_not_there_is_wrong(parcours: Parcours, project: Path) -> None:
    said = parcours("validate", "journeys/helo.yaml")
    assert (said.status, said.err) == (2, "no such file or folder: journeys/helo.yaml\n")


def test_validate_knows_the_columns_of_the_profiles_table(parcours: Parcours, project: Path) -> None:
    from tests.jobs.story import make_story

    make_story(project)
    where = JOURNEY.replace("order_placed}", 'order_placed, where: "profile.tyre = 1"}')
    (project / "journeys" / "hello.yaml").write_text(where)
    said = parcours("validate")
    assert (said.status, said.out) == (
        2,
        "journeys/hello.yaml:3: entry.where: profile has no column 'tyre' "
        "(declare it in profiles.yaml; without that file, load profiles that have it)\n1 problem\n",
    )


def test_an_audience_that_has_members_needs_no_file(parcours: Parcours, project: Path) -> None:
    read = "{type: read_audience, audience: readers, schedule: {at: 2026-03-02T09:00:00Z}}"
    text = JOURNEY.replace("{type: event, event: order_placed}", read)
    (project / "journeys" / "hello.yaml").write_text(text)
    warned = parcours("validate")
    assert (warned.status, warned.out) == (
        0,
        "journeys/hello.yaml:3: warning: entry.audience: audience 'readers' has neither a file nor a member "
        "(write audiences/readers.yaml, or load its members)\n"
        "1 journey, 0 audiences, 0 templates: fine, 1 warning\n",
    )
    from tests.jobs.story import day

    filled = Store(read_places(project))  # type: ignore[arg-type]  # a store uses places alone
    filled.ensure("audience_members")
    filled.append_small("audience_members", [{"audience_id": "readers", "profile_id": "ada", "entered_at": day("1")}])
    assert parcours("validate").out == "1 journey, 0 audiences, 0 templates: fine\n"


def test_schema_prints_json(parcours: Parcours) -> None:
    said = parcours("schema", "journey")
    assert (said.status, json.loads(said.out)["title"]) == (0, "Parcours: journeys/<id>.yaml")


def test_schema_without_a_name_is_wrong(parcours: Parcours) -> None:
    said = parcours("schema")
    assert (said.status, said.err) == (2, "parcours schema: Missing argument 'NAME' (try: parcours schema --help)\n")


def test_a_schema_that_there_is_not_suggests_another(parcours: Parcours) -> None:
    said = parcours("schema", "journeys")
    assert (said.status, said.err) == (2, "no schema 'journeys' (did you mean 'journey'?)\n")
