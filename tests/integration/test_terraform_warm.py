"""Warm slots: what an earlier run installed is used, and never trusted further than it fits."""

from __future__ import annotations

import dataclasses
import io
import tarfile
import threading
from pathlib import Path

from sekisho.ports.terraform import Finished
from tests.fakes.desks import Bench, Listening, local
from tests.integration.test_terraform_guards import NEEDS_NULL, fake_provider

FILES = {"main.tf": 'resource "terraform_data" "a" {\n  input = "x"\n}\n'}
WITH_MODULE = FILES | {
    "m.tf": 'module "m" {\n  source = "./部品"\n}\n',
    "部品/main.tf": 'resource "terraform_data" "b" {}\n',
}


def plan(bench: Bench, files: dict[str, str], watch: Listening | None = None) -> Finished:
    """Init and plan; the result is warm where both were."""
    watch = watch or Listening()
    desk = bench.terraform.open(bench.order(files))
    try:
        init = desk.init(watch)
        if not init.ok:
            return init
        finished = desk.plan(watch)
        return dataclasses.replace(finished, warm=init.warm and finished.warm)
    finally:
        desk.close()


def test_the_second_run_of_a_workspace_does_not_install_again(tmp_path: Path):
    bench = Bench(local(tmp_path))
    assert not plan(bench, FILES).warm
    watch = Listening()
    assert plan(bench, FILES, watch).warm
    assert len(watch.marks) == 1
    changed = {"main.tf": FILES["main.tf"].replace("x", "y")}
    assert plan(bench, changed).warm


def test_another_workspace_build_origin_or_lock_file_has_a_slot_of_its_own(tmp_path: Path):
    bench = Bench(local(tmp_path))
    plan(bench, FILES)
    other = Bench(bench.terraform, dataclasses.replace(bench.workspace, name="other"))
    assert not plan(other, FILES).warm
    bench.build = dataclasses.replace(bench.build, digest="sha256:other")
    assert not plan(bench, FILES).warm
    mirrored = Bench(local(tmp_path, mirror=tmp_path / "mirror"))
    assert not plan(mirrored, FILES).warm
    locked = Bench(bench.terraform)
    assert not plan(locked, FILES | {".terraform.lock.hcl": "# ours\n"}).warm
    secret = dataclasses.replace(bench.workspace, variables={"password": "x"})
    marked = dataclasses.replace(bench.workspace, variables={"password": "sekisho-withheld:x"})
    assert not plan(Bench(bench.terraform, marked), FILES).warm
    assert not plan(Bench(bench.terraform, secret), FILES).warm
    assert plan(Bench(bench.terraform), FILES).warm


def test_a_slot_that_does_not_fit_is_left_and_the_plan_is_made_cold(tmp_path: Path):
    bench = Bench(local(tmp_path))
    plan(bench, FILES)
    watch = Listening()
    finished = plan(bench, WITH_MODULE, watch)
    assert finished.ok
    assert not finished.warm
    assert not finished.errors
    assert all(x.level != "error" for x in watch.lines), "the attempt that does not count"
    assert len(watch.marks) == 3
    assert plan(bench, WITH_MODULE).warm


def test_a_real_mistake_is_told_once_warm_or_cold(tmp_path: Path):
    bench = Bench(local(tmp_path))
    plan(bench, FILES)
    watch = Listening()
    finished = plan(bench, {"main.tf": FILES["main.tf"].replace("input", "inptu")}, watch)
    assert not finished.ok
    assert [(e.text, e.file, e.line) for e in finished.errors] == [
        ("Unsupported argument", "main.tf", 2)
    ]
    assert [x.text for x in watch.lines if x.level == "error"] == ["Unsupported argument"]


def test_a_slot_that_somebody_changed_is_not_used(tmp_path: Path):
    bench = Bench(local(tmp_path))
    plan(bench, WITH_MODULE)
    (manifest,) = (tmp_path / "warm").glob("*/*/data/modules/modules.json")
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("部品", "/etc"), "utf-8")
    assert not plan(bench, WITH_MODULE).warm
    assert plan(bench, WITH_MODULE).warm
    (mac,) = (tmp_path / "warm").glob("*/*/mac")
    mac.unlink()
    assert not plan(bench, WITH_MODULE).warm


def test_many_runs_of_one_workspace_at_once_all_plan(tmp_path: Path):
    """Half of them want what the slot does not hold, so that it is replaced under the others."""
    bench = Bench(local(tmp_path))
    plan(bench, FILES)
    orders = [bench.order(WITH_MODULE if i % 2 else FILES) for i in range(8)]
    results: list[bool] = []
    barrier = threading.Barrier(len(orders))

    def one(index: int) -> None:
        desk = bench.terraform.open(orders[index])
        barrier.wait(20)
        results.append(desk.init(Listening()).ok and desk.plan(Listening()).ok)
        desk.close()

    threads = [threading.Thread(target=one, args=(i,)) for i in range(len(orders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 8
    assert len(list((tmp_path / "warm").glob("*/*"))) <= 4
    assert not list((tmp_path / "work").glob("*/*"))


def test_providers_come_from_the_mirror_and_are_pinned_by_the_lock_file(tmp_path: Path):
    fake_provider(tmp_path / "mirror")
    bench = Bench(local(tmp_path / "data", mirror=tmp_path / "mirror"))
    desk = bench.terraform.open(bench.order({"main.tf": NEEDS_NULL}))
    assert desk.init(Listening()).ok
    work = tmp_path / "data" / "work" / "run-1" / "plan"
    (work / "plan.tfplan").write_bytes(b"")
    prints = desk.fingerprints()
    version, _, hashes = prints.providers["registry.terraform.io/hashicorp/null"].partition(" ")
    assert version == "9.9.9"
    assert hashes.startswith("h1:")
    with desk.open_bundle() as bundle, tarfile.open(fileobj=bundle) as tar:
        names = tar.getnames()
    assert not any("terraform-provider" in n for n in names)
    assert "lock" in names
    with desk.open_bundle() as bundle:
        kept = bundle.read()
    desk.close()

    def applying(run: str, mirror: Path) -> tuple[Finished, object]:
        other = Bench(local(tmp_path / f"data-{run}", mirror=mirror))
        order = dataclasses.replace(
            other.order({"main.tf": NEEDS_NULL}, phase="apply"),
            bundle=io.BytesIO(kept),
            plan=io.BytesIO(b""),
        )
        apply = other.terraform.open(order)
        try:
            return apply.init(Listening()), apply.fingerprints()
        finally:
            apply.close()

    finished, again = applying("same", tmp_path / "mirror")
    assert finished.ok
    assert again == prints
    fake_provider(tmp_path / "evil").joinpath("more").write_text("other content", "utf-8")
    finished, _ = applying("evil", tmp_path / "evil")
    assert not finished.ok
    assert "checksums" in finished.errors[0].detail


def test_a_lock_file_of_the_upload_is_read_only(tmp_path: Path):
    fake_provider(tmp_path / "mirror")
    bench = Bench(local(tmp_path / "data", mirror=tmp_path / "mirror"))
    files = {"main.tf": NEEDS_NULL, ".terraform.lock.hcl": "# nothing is locked\n"}
    desk = bench.terraform.open(bench.order(files))
    finished = desk.init(Listening())
    assert not finished.ok
    assert "read-only" in finished.errors[0].detail
    desk.close()


def test_what_planning_generates_is_carried_to_the_apply_and_sealed(tmp_path: Path):
    """As archive_file does: a data source writes a file at plan time, the apply needs it."""
    bench = Bench(local(tmp_path))
    desk = bench.terraform.open(bench.order(WITH_MODULE))
    assert desk.init(Listening()).ok
    config = tmp_path / "work" / "run-1" / "plan" / "config"
    assert desk.plan(Listening()).ok
    before = desk.fingerprints()
    (config / "部品" / "lambda.zip").write_bytes(b"zip")
    after = desk.fingerprints()
    assert before.modules != after.modules
    with desk.open_plan() as p, desk.open_bundle() as b:
        kept, bundle = p.read(), b.read()
    desk.close()
    order = dataclasses.replace(
        bench.order(WITH_MODULE, phase="apply"), bundle=io.BytesIO(bundle), plan=io.BytesIO(kept)
    )
    apply = bench.terraform.open(order)
    config = tmp_path / "work" / order.run_id / "apply" / "config"
    assert (config / "部品" / "lambda.zip").read_bytes() == b"zip"
    assert (config / "部品").stat().st_mode & 0o222 == 0
    assert apply.init(Listening()).ok
    assert apply.fingerprints() == after
    assert apply.apply(Listening()).ok
    apply.close()
    assert not config.exists()
