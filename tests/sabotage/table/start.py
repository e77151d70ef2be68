"""Start: how a pod finds out what it starts as."""

from __future__ import annotations

from sabotage.sabotage import MINIMAL, NotShown, Objects, Rehearsed, in_objects

_REDIS, _SENTINEL = "redis-config", "redis-sentinel-config"
_SNAPSHOTS = {
    **MINIMAL,
    "redis": {"aof": {"enabled": False}, "rdb": {"save": [{"after": "5s", "changes": 1}]}},
}
"""A master that comes back has what its last snapshot had: as after a power loss, its replicas are ahead of it."""


@in_objects(
    Rehearsed("master-killed", "lost acknowledged writes"),
    seen="sentinel-design.md 2b.2: 244 of 1,676 acknowledged writes lost",
    guard="hand-over guard",
    base=_SNAPSHOTS,
)
def no_handover_guard(objects: Objects) -> None:
    """A master that comes back within down-after starts at once beside its live replicas."""
    objects.edit(
        _REDIS,
        "redis-decide.sh",
        '  if (field[5] == me && (field[6] == "up" || field[7] + 0 >= 0)) live[field[2]] = 1\n',
        "",
    )


@in_objects(
    Rehearsed("first-volume-lost", "lost acknowledged writes"),
    seen="kubeblocks#10753: the data set wiped on all nodes",
    guard="empty guard",
)
def no_empty_guard(objects: Objects) -> None:
    """The pod that the Sentinels name starts as master, also when its volume is empty."""
    objects.edit(
        _REDIS,
        "redis-decide.sh",
        'if (volume == "data") return say("master", answers',
        'return say("master", answers',
    )


@in_objects(
    Rehearsed("last-copy-last", "lost acknowledged writes"),
    seen="three of three cold restarts with real processes: the empty one promoted, the last copy wiped",
    guard="an empty replica starts beside its master only",
)
def empty_replica_starts_at_once(objects: Objects) -> None:
    """A replica whose volume is empty starts whether its master runs or not, and the Sentinels may promote it."""
    objects.edit(_REDIS, "redis-decide.sh", "EMPTY_AFTER = 60", "EMPTY_AFTER = 0")


@in_objects(
    NotShown(
        "a race of pods against down-after; on a busy machine `persistence-switched` lost 5, 11 and 18 acknowledged "
        "writes in three of six runs without it",
        shown_by="tests/startup/test_redis_decide.py -k that_is_away",
    ),
    seen="rehearsal `persistence-switched`: a replica that had stopped before the last master was promoted",
    guard="an older copy waits for the last master",
)
def older_copy_starts_at_once(objects: Objects) -> None:
    """A replica with data starts whether its master is back and heard or not, and the Sentinels may promote it."""
    objects.edit(_REDIS, "redis-decide.sh", 'volume == "data" && waited < limit', 'volume == "data" && 0')


@in_objects(
    Rehearsed("first-volume-lost", "lost acknowledged writes"),
    seen="HF's chart (2.5): ordinal 0 seeds empty after the loss of its volume",
    guard="bootstrap guard of ordinal 0",
)
def ordinal_0_always_bootstraps(objects: Objects) -> None:
    """Ordinal 0 with an empty volume becomes master without having seen the others empty."""
    objects.edit(
        _REDIS,
        "redis-decide.sh",
        'if (heard == members - 1) return lead("first',
        'return say("master", "first',
    )


@in_objects(
    NotShown("`all-killed`, one run: 7.0 s, nothing lost"),
    seen="CP's chart (2.3), bitnami#17047: after a failover and a restart of all, stale data wins",
)
def sentinel_always_begins_with_ordinal_0(objects: Objects) -> None:
    """A Sentinel starts with ordinal 0 as its master, whatever its volume and its peers say."""
    objects.edit(
        _SENTINEL,
        "sentinel-decide.sh",
        "  named = first_of(votes)\n",
        '  return say("monitor", member[0] " 0 it is the first")\n',
    )


@in_objects(
    NotShown(
        "`all-killed` by hostname, 18 of 19 runs lost nothing",
        shown_by="tests/startup/test_processes.py -k by_names",
    ),
    seen="one rehearsed power loss by hostname (DNS TTL 5 s): 60 acknowledged writes lost",
    guard="a Sentinel waits until its master's name leads to somebody",
)
def no_wait_for_a_name(objects: Objects) -> None:
    """By names, a Sentinel starts with an address that DNS remembers and nobody has."""
    objects.edit(_SENTINEL, "sentinel-decide.sh", "LOST_AFTER = 8", "LOST_AFTER = 0")


@in_objects(
    Rehearsed("sentinels-killed", "Duplicate hostname and port for replica"),
    seen="sentinel-design.md 7.1: every Sentinel crashes at every start",
    guard="cleaning of known-replica lines",
)
def known_replica_lines_kept(objects: Objects) -> None:
    """A Sentinel keeps the known-replica lines of its old file."""
    objects.edit(
        _SENTINEL,
        "sentinel-start.sh",
        "    _i=0\n",
        '    [ ! -f "$CONFIG" ] || grep \'^sentinel known-replica \' "$CONFIG"\n    _i=0\n',
    )


@in_objects(
    Rehearsed("apply", "ids-are-fixed"),
    NotShown(
        "`sentinels-rolled`, one run: no phantom; at an address that stays, the others replace the old id"
    ),
    seen="CP, G2K (2.3, 2.4); redis#1972, redis#2284: dead Sentinels count for the majority",
    guard="fixed ids",
)
def random_sentinel_ids(objects: Objects) -> None:
    """Each Sentinel makes up its id, on a volume that goes with its pod."""
    claims = objects.sentinel["spec"].pop("volumeClaimTemplates")
    volumes = objects.sentinel["spec"]["template"]["spec"]["volumes"]
    volumes += [{"name": claim["metadata"]["name"], "emptyDir": {}} for claim in claims]
    objects.edit(
        _SENTINEL,
        "sentinel-start.sh",
        '    printf \'sentinel myid %s\\n\' "$(nth "$ORDINAL" "$SENTINEL_IDS")"\n',
        "",
    )


@in_objects(
    Rehearsed("apply", "does not answer INFO"),
    seen="DandyDeveloper/charts#412: masterless for 7.5 hours",
    guard="a replica waits for nobody",
)
def replica_waits_for_its_master(objects: Objects) -> None:
    """A replica starts only when its master answers."""
    objects.edit(
        _REDIS,
        "redis-start.sh",
        "replica) make_way && start",
        'replica) [ "$(call "${reason%% *}" "$REDIS_PORT" PING)" = PONG ] && make_way && start',
    )


@in_objects(
    NotShown(
        "one or two runs each of `master-deleted`, `redis-rolled`, `sentinels-rolled`, `all-deleted`, on a busy "
        "machine: no spin lasted",
        shown_by="tests/startup/test_links.py",
    ),
    seen="kubernetes-findings.md 4: 60 to 100 % of a core, for ever",
    guard="cure of a link that spins",
)
def no_link_cure(objects: Objects) -> None:
    """The readiness probe of Sentinel does not reopen a link that spins."""
    objects.edit(_SENTINEL, "sentinel-ready.sh", 'if cured=$(cure_spin "$5")', 'if cured=""')


@in_objects(
    NotShown(
        "`redis-rolled`, two runs: 4.0 and 4.5 s of 4.9, nothing lost; the hook waits for every replica as well"
    ),
    seen="sentinel-design.md 2b.6: 9.4 to 19.7 s, 136 and 244 acknowledged writes lost",
    guard="ready means promotable",
)
def ready_when_the_link_is_up(objects: Objects) -> None:
    """A replica is ready as soon as its link is up, whether the Sentinels see it or not."""
    objects.edit(_REDIS, "redis-ready.sh", "run_id=$(field run_id)\n", "exit 0\nrun_id=$(field run_id)\n")


@in_objects(
    NotShown(
        "`master-killed`, one run: 6.3 s, nothing lost; the hand-over guard covers it where a replica is alive"
    ),
    seen="sentinel-design.md 2b.2: two masters for a while",
    guard="wait for the end of an election",
)
def no_wait_for_an_election(objects: Objects) -> None:
    """A master that comes back while the Sentinels elect a new one starts as master."""
    objects.edit(_REDIS, "redis-decide.sh", "  if (electing) return stay(limit", "  if (0) return stay(limit")


@in_objects(
    NotShown(
        "by names, and a DNS that is away for longer than 20 s, three runs on three nodes took 144 s",
        shown_by="tests/startup/test_processes.py -k asks_again",
    ),
    seen="CoreDNS at 0 for 30 s and the master killed, by names: a Sentinel in TILT said OK, and aborted later",
    guard="a start asks for a promotion again when the first came to nothing",
)
def asking_for_a_promotion_once(objects: Objects) -> None:
    """A start whose promotion came to nothing waits for its startup probe to fail."""
    objects.edit(_REDIS, "redis-start.sh", "|| promotion=no\n", "|| :\n")


@in_objects(
    NotShown(
        "a rehearsal plays one namespace, and a second one beside it would be needed",
        shown_by="tests/startup/test_processes.py -k another_namespace",
    ),
    seen="field-2026.md 1.3: kustomize's namespace: leaves the old namespace in the settings",
    guard="a pod in another namespace than its settings asks no member",
)
def another_namespace_is_not_noticed(objects: Objects) -> None:
    """A pod starts with the names of another namespace, and joins the deployment there."""
    for config in (_REDIS, _SENTINEL):
        objects.edit(config, "lib.sh", '"${POD_NAMESPACE:-$NAMESPACE}" != "$NAMESPACE"', "a = b")


@in_objects(
    Rehearsed("sentinel-disks-full", "is not settled"),
    seen="faults.md 1.7: no Sentinel and no Redis can start on a full volume",
    guard="room that is set aside for a start",
)
def nothing_set_aside(objects: Objects) -> None:
    """A start needs free room on its volume."""
    for config in ("redis-config", "redis-sentinel-config"):
        objects.edit(
            config,
            "lib.sh",
            '[ -s "$DATA_DIR/reserve" ] || put "$DATA_DIR/reserve"',
            'true || put "$DATA_DIR/reserve"',
        )


@in_objects(
    Rehearsed("dump-restored", "lost keys of before"),
    seen="redis/redis#12484, #12762; OT-CONTAINER-KIT/helm-charts#114: a restored dump is ignored, then overwritten",
    guard="a dump is the base of an append-only file",
)
def dump_beside_an_append_only_file_is_ignored(objects: Objects) -> None:
    """A dump on the volume counts as data, and the server, which has an append-only file, never reads it."""
    objects.edit(_REDIS, "redis-volume.sh", "yes-dump) dump_to_append ;;", "yes-dump) ;;")


@in_objects(
    Rehearsed("persistence-switched", "lost acknowledged writes"),
    seen="all pods away while an append-only file was turned off: 8,000 keys before, 5,000 of an old dump after",
    guard="an append-only file is turned into a dump",
)
def append_only_file_beside_dumps_is_ignored(objects: Objects) -> None:
    """An append-only file on the volume counts as data, and the server, which has none, never reads it."""
    objects.edit(_REDIS, "redis-volume.sh", "no-append) append_to_dump ;;", "no-append) ;;")


@in_objects(
    Rehearsed("replica-file-damaged", "is not ready"),
    seen="template-agent#324 (1,660 restarts), goauthentik/authentik#7643, bitnami/charts#4597",
    guard="what cannot be loaded is moved aside",
)
def damaged_file_is_loaded_again_and_again(objects: Objects) -> None:
    """A start never tries whether its files can be loaded; the server ends at each of them."""
    objects.edit(_REDIS, "redis-volume.sh", '[ ! -e "$LOADING" ] || loads', "true || loads")


@in_objects(
    NotShown(
        "an empty pod has to be back five seconds before all others, and the Sentinels five before the rest",
        shown_by="tests/explorer -k promoted",
    ),
    seen="the explorer: power loss, one volume lost; the empty pod was promoted, and the others would be wiped",
    guard="a Sentinel waits while nobody leads and an empty replica could be promoted",
)
def no_wait_beside_an_empty_replica(objects: Objects) -> None:
    """A Sentinel starts at once beside a replica that holds nothing, and no master."""
    objects.edit(_SENTINEL, "sentinel-decide.sh", "if (empties && ", "if (0 && ")
