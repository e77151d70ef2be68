"""Writing: what `render` does with each rendering, and what it says about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from redismanifests.cli.colour import coloured
from redismanifests.cli.output import show_findings, show_trouble
from redismanifests.cli.width import say
from redismanifests.core.named import NamedTuple
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.cli.manifests.prepared import Ready
    from redismanifests.render import output as folder


class Writing(NamedTuple):
    """What a run does with each rendering."""

    check: bool
    stdout: bool
    force: bool
    replace: bool
    many: bool

    def refused(self, target: Path) -> None:
        """Say that nothing came of it."""
        from redismanifests.core.sources.source import printable

        if not self.check and not self.stdout:
            click.echo(printable(f"{target}: nothing was written"), err=True)

    def done(self, ready: Ready, target: Path) -> int:
        """Write, print or compare one rendering; its exit code. Raises ProfileRefused."""
        from redismanifests.core.findings import ProfileRefused
        from redismanifests.core.sources.source import printable
        from redismanifests.judge.review import refused
        from redismanifests.render import output as folder
        from redismanifests.render.output import tenant

        if refused(ready.findings):
            raise ProfileRefused(ready.findings)
        show_findings(ready.findings)
        if self.stdout:
            click.echo(b"---\n".join(ready.files.values()), nl=False)
            return 0
        if self.check:
            return self._compared(ready, target)
        guard = (lambda _: None) if self.replace else tenant.replaced
        plan = folder.write(target, ready.files, overwrite=self.force, guard=guard)
        objections = _warn_of_update(ready, plan)
        say(_summary(target, plan))
        if objections:
            said = f"{target}: what runs refuses this before the fix of {', '.join(objections)} is done"
            click.echo(printable(said), err=True)
        click.echo(printable(f"you must provide: {ready.needs or 'nothing'}"))
        if not plan.before and not self.many:
            click.echo(printable(f"next: kubectl apply -f {target}, or commit it for Argo CD or Flux"))
        return 0

    def _compared(self, ready: Ready, target: Path) -> int:
        from redismanifests.cli.manifests.diff import nothing_there
        from redismanifests.render import diff
        from redismanifests.render import output as folder
        from redismanifests.render.output import tenant

        plan = folder.plan(target, ready.files)
        _warn_of_update(ready, plan)
        if reason := nothing_there(target, plan):
            fix = "render without --check, and commit the folder"
            show_trouble(RedismanifestsError(reason, fix))
            return 1
        text = diff.unified(plan.before, plan.after)
        click.echo(diff.coloured(text) if coloured(sys.stdout) else text, nl=False)
        for refusal in plan.refused:
            say(f"{target / refusal.name}: {refusal.reason}", err=True)
        if not self.replace and (objection := tenant.replaced(plan)):
            show_trouble(objection)
        return 1 if plan.differs else 0


def _warn_of_update(ready: Ready, plan: folder.Plan) -> list[str]:
    """What is committed is mostly what is deployed: say now what applying the new folder would be refused for.

    A warning, whatever its severity: the folder itself is right, and perhaps was never applied. The codes of what
    would be refused.
    """
    from redismanifests.core.findings import Severity
    from redismanifests.judge.review import update_findings

    if plan.before and (plan.changed or plan.removed):
        from redismanifests.judge.update import from_files

        try:
            found = update_findings(ready.review(), from_files(plan.before))
        except RedismanifestsError:
            return []  # the files were edited into something else; the difference shows it
        show_findings([finding._replace(severity=Severity.WARNING) for finding in found])
        refused = (each.code for each in found if each.severity is Severity.ERROR and not each.waived)
        return list(dict.fromkeys(refused))
    return []


def _summary(target: Path, plan: folder.Plan) -> str:
    parts = (("added", plan.added), ("changed", plan.changed), ("removed", plan.removed))
    # The list of checksums is no object.
    counts = [(sum(name.endswith(".yaml") for name in names), word) for word, names in parts]
    changes = ", ".join(f"{count} {word}" for count, word in counts if count)
    return f"{target}: {len(plan.after)} objects, {changes or 'nothing to change'}"
