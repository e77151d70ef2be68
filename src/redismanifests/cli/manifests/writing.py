"""Writing: what `render` does with each rendering, and what it says about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from redismanifests.cli.colour import coloured
from redismanifests.cli.output import show_findings, show_trouble
from redismanifests.cli.width import say
from redismanifests.errors import RedismanifestsError

if TYPE_CHECKING:
    from pathlib import Path

    from redismanifests.judge.review import Review
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

    def done(self, reviewed: Review, target: Path) -> int:
        """Write, print or compare one rendering; its exit code."""
        from redismanifests.core.sources.source import printable
        from redismanifests.render import output as folder
        from redismanifests.render.output import tenant

        rendered = reviewed.accepted()
        show_findings(reviewed.findings)
        if self.stdout:
            click.echo(b"---\n".join(rendered.files.values()), nl=False)
            return 0
        if self.check:
            return self._compared(reviewed, target)
        guard = (lambda _: None) if self.replace else tenant.replaced
        plan = folder.write(target, rendered.files, overwrite=self.force, guard=guard)
        objections = _warn_of_update(reviewed, plan)
        say(_summary(target, plan))
        if objections:
            said = f"{target}: what runs refuses this before the fix of {', '.join(objections)} is done"
            click.echo(printable(said), err=True)
        click.echo(_must_provide(reviewed))
        if not plan.before and not self.many:
            click.echo(printable(f"next: kubectl apply -f {target}, or commit it for Argo CD or Flux"))
        return 0

    def _compared(self, reviewed: Review, target: Path) -> int:
        from redismanifests.cli.manifests.diff import nothing_there
        from redismanifests.render import diff
        from redismanifests.render import output as folder
        from redismanifests.render.output import tenant

        plan = folder.plan(target, reviewed.rendering.files)
        _warn_of_update(reviewed, plan)
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


def _must_provide(reviewed: Review) -> str:
    """What is not rendered and must be there, on one line: `plan` has the commands."""
    from redismanifests.core.sources.source import printable
    from redismanifests.judge.objects.needs import needs

    found = needs((each.manifest for each in reviewed.rendering.objects), reviewed.profile.namespace)
    return printable(f"you must provide: {'; '.join(each.text for each in found) or 'nothing'}")


def _warn_of_update(reviewed: Review, plan: folder.Plan) -> list[str]:
    """What is committed is mostly what is deployed: say now what applying the new folder would be refused for.

    A warning, whatever its severity: the folder itself is right, and perhaps was never applied. The codes of what
    would be refused.
    """
    from redismanifests.core.findings import Severity
    from redismanifests.judge.review import update_findings

    if plan.before and (plan.changed or plan.removed):
        from redismanifests.judge.update import from_files

        try:
            found = update_findings(reviewed, from_files(plan.before))
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
