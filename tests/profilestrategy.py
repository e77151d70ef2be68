"""Profiles as Hypothesis makes them: mostly well formed, now and then a little wrong, every section there is."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hostiletext import hostile_text

Strategy = st.SearchStrategy[Any]


def _now_and_then(usual: Strategy, wrong: Strategy) -> Strategy:
    return st.integers(0, 59).flatmap(lambda roll: wrong if roll == 0 else usual)


def _one_of(
    *values: object, wrong: tuple[object, ...] = ("", None, -1, "x y", [], {}, True, 1.5)
) -> Strategy:
    return _now_and_then(st.sampled_from(values), st.sampled_from(wrong))


def _section(**settings: Strategy) -> Strategy:
    keys = {key.replace("__", "-"): value for key, value in settings.items()}
    return _now_and_then(
        st.fixed_dictionaries({}, optional=keys),
        st.sampled_from(({"unknown": 1}, [], "text", None, {"Replicas": 3})),
    )


def _with(required: dict[str, Strategy], **settings: Strategy) -> Strategy:
    """A section with keys that it cannot do without."""
    whole = st.fixed_dictionaries(required, optional=settings)
    return _now_and_then(whole, st.sampled_from(({}, {"unknown": 1}, [], "text", None)))


CPU = _one_of("100m", "250m", "1", 2, 0.5, "1500m", None)
MEMORY = _one_of("128Mi", "256Mi", "1Gi", "1.5Gi", "2G", 536870912, "4e9")
SIZE = _one_of("1Gi", "10Gi", "500G", "1Ti")
DURATION = _one_of("5s", "9s", "1m", "30s", "1m30s", "1500ms", "1h")
SECONDS = _one_of("1s", "5s", "10s", "1m", "2m")
COUNT = _one_of(1, 2, 3, 5, 9)
FLAG = _one_of(True, False, wrong=("yes", 1, None, "true"))
PORT = _one_of(6379, 6380, 26379, 9121, 1024, 65535)
NAME = _one_of(
    "redis",
    "a",
    "z9",
    "my-cache",
    "x-1-y",
    "a" * 40,
    wrong=("Redis", "-a", "9a", "a.b", "", "a" * 41, None, 5),
)
NAMESPACE = _one_of("shop", "0444", "a" * 63, "1e3", "null", "yes", wrong=("Shop", "", "a" * 64, "a.b", 1))
IMAGE = _one_of(
    "redis:8.0.2",
    "redis:7.2.4-alpine",
    "redis",
    "valkey/valkey:8.1.1",
    "localhost:5000/a/b:1@sha256:" + "0" * 64,
    wrong=("redis:6.2", "REDIS", "a b", "", "https://x/y", None),
)
LABEL_VALUE = _one_of(
    "a", "0444", "yes", "1e3", "", "true", "2026-11-22", "12.30", "NO", wrong=("a b", "-a", None, 1)
)
LABEL_KEY = st.sampled_from(("team", "example.com/a", "tier", "yes", "0444", "1e3", "null"))
LABELS = _now_and_then(
    st.dictionaries(LABEL_KEY, LABEL_VALUE, max_size=3),
    st.sampled_from(({"app": "x"}, {"a b": "c"}, {"app.kubernetes.io/name": "x"}, {"": ""})),
)
ANNOTATIONS = st.dictionaries(LABEL_KEY, hostile_text, max_size=4)
OBJECT_NAME = _one_of("fast", "a.b-c", "1e3", "0444", "null", wrong=("A", "", "a_b", 5))
RESOURCES = _section(
    requests=_section(cpu=CPU, memory=MEMORY, ephemeral__storage=SIZE),
    limits=_section(cpu=CPU, memory=MEMORY, ephemeral__storage=SIZE),
)
SCHEDULE = _one_of(
    "17 * * * *", "*/5 1-3 1,15 * mon", "@daily", wrong=("", "61 * * * *", "* * * *", "a b", 5)
)
STORE = _now_and_then(
    st.sampled_from(
        (
            {"kind": "s3", "bucket": "backups", "secretName": "store"},
            {
                "kind": "s3",
                "bucket": "b",
                "prefix": "a/yes",
                "endpoint": "http://minio.shop:9000",
                "region": "1e3",
            },
            {"kind": "gcs", "bucket": "backups"},
            {"kind": "azure", "bucket": "backups", "account": "shop", "secretName": "store"},
            {"kind": "sftp", "host": "backup.example.com", "user": "backup", "secretName": "store"},
            {"kind": "claim", "claim": "backups"},
        )
    ),
    st.sampled_from(
        (
            {"kind": "s3"},
            {"kind": "ftp"},
            {"kind": "sftp", "host": "a b"},
            {},
            {"kind": "gcs", "bucket": "../x"},
        )
    ),
)
NETWORK = _section(
    cidrs=st.lists(_one_of("203.0.113.0/24", "2001:db8::/32", wrong=("", "1.2.3.4/40", None)), max_size=2),
    podLabels=LABELS,
    namespaceLabels=LABELS,
    ports=st.lists(PORT, min_size=1, max_size=2),
)
BACKUP_ID = _one_of("newest", "20261130T031700Z-0123abcd", wrong=("", "../x", "20261130", 5))
SAVE = st.lists(st.fixed_dictionaries({"after": SECONDS, "changes": COUNT}), max_size=3)
TIMES = {"initialDelay": SECONDS, "period": SECONDS, "timeout": SECONDS, "failures": COUNT}
PROBES = _section(
    startup=_section(**TIMES),
    readiness=_section(**TIMES),
    liveness=_section(**TIMES, type=_one_of("exec", "tcp")),
)
SERVICES = _section(
    name=NAME, headlessName=NAME, type=_one_of("ClusterIP", "NodePort", "LoadBalancer"), port=PORT
)
EXPORTER = _section(enabled=FLAG, image=IMAGE, port=PORT, resources=RESOURCES)
TOLERATION = _section(
    key=LABEL_KEY,
    operator=_one_of("Exists", "Equal"),
    value=LABEL_VALUE,
    effect=_one_of("NoSchedule", "NoExecute"),
    tolerationSeconds=COUNT,
)
PEERS = st.lists(
    _section(
        podLabels=LABELS,
        namespaceLabels=LABELS,
        cidr=_one_of("10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", wrong=("10.0.0.1/8", "10.0.0.0", "", 5)),
    ),
    max_size=3,
)
TOPOLOGY = st.lists(_one_of("kubernetes.io/hostname", "topology.kubernetes.io/zone", "rack"), max_size=2)
EXTRA_LINE = st.one_of(
    st.sampled_from(
        ("hz 20", "lazyfree-lazy-eviction yes", 'proc-title-template "{title} #"', "latency-tracking no")
    ),
    hostile_text,
)

SECTIONS: dict[str, Strategy] = {
    "schemaVersion": _one_of(1, wrong=(2, "1", None)),
    "kubernetesVersion": _one_of("1.32", "1.34", "1.37", wrong=("1.2", 1.32, "v1.32")),
    "platform": _one_of("kubernetes", "openshift", wrong=("OpenShift", "okd", None)),
    "engine": _one_of("redis", "valkey", wrong=("Redis", "keydb", None)),
    "addressing": _section(
        mode=_one_of("service", "hostname"), clusterDomain=_one_of("cluster.local", "a.b")
    ),
    "services": _section(redis=SERVICES, sentinel=SERVICES),
    "redis": _section(
        replicas=COUNT,
        image=IMAGE,
        user=_one_of(999, 1001),
        group=_one_of(999, 1000),
        resources=RESOURCES,
        storage=_section(kind=_one_of("claim", "emptyDir"), size=SIZE),
        rdb=_section(save=SAVE),
        aof=_section(enabled=FLAG, fsync=_one_of("everysec", "always", "no")),
        replBacklogSize=MEMORY,
        replicaOutputBuffer=MEMORY,
        maxmemory=MEMORY,
        maxmemoryPolicy=_one_of("noeviction", "allkeys-lru"),
        minReplicasToWrite=COUNT,
        minReplicasMaxLag=SECONDS,
        terminationGracePeriod=SECONDS,
        extraConfig=st.lists(EXTRA_LINE, max_size=2),
    ),
    "sentinel": _section(
        replicas=COUNT,
        quorum=COUNT,
        masterName=_one_of("mymaster", "a.b_c-1", "1e3", "yes", wrong=("a b", "", "ñ", "$(id)", "'")),
        downAfter=DURATION,
        failoverTimeout=DURATION,
        parallelSyncs=COUNT,
        image=IMAGE,
        resources=RESOURCES,
        storage=_section(size=SIZE),
        terminationGracePeriod=SECONDS,
    ),
    "recovery": _section(target=DURATION),
    "exporters": _section(redis=EXPORTER, sentinel=EXPORTER),
    "monitoring": _section(
        enabled=FLAG,
        interval=_one_of("5s", "15s", "1m", wrong=("4s", "61s", 15, None)),
        scrape=_one_of("annotations", "podMonitor", "scrapeConfig", wrong=("serviceMonitor", None)),
        rules=_one_of("configMap", "prometheusRule", wrong=("file", None)),
        labels=LABELS,
        alertLabels=_now_and_then(
            st.dictionaries(st.sampled_from(("team", "_a", "yes")), LABEL_VALUE, max_size=2),
            st.sampled_from(({"a-b": "c"}, {"severity": "x"}, [])),
        ),
        severities=_section(page=LABEL_VALUE, ticket=LABEL_VALUE, info=LABEL_VALUE),
        runbookUrl=_now_and_then(hostile_text.map("https://{}".format), hostile_text),
        budget=_one_of("43m", "1h", wrong=("25h", "0s", None)),
        dashboards=_section(
            enabled=FLAG,
            fleet=FLAG,
            labels=LABELS,
            folder=hostile_text,
            folderAnnotation=_one_of(
                "grafana_folder", "yes", wrong=("a b", "", "kustomize.toolkit.fluxcd.io/substitute", None)
            ),
            operator=_section(instanceSelector=LABELS),
        ),
        off=st.lists(
            _section(
                alert=_one_of("RedisLoading", "RedisNoMaster", wrong=("", "Redis", 5)), reason=hostile_text
            ),
            max_size=2,
        ),
    ),
    "backup": _with(
        {"schedule": SCHEDULE, "store": STORE},
        timeZone=_one_of("Europe/Berlin", "Etc/UTC", wrong=("Local", "a b", "", None)),
        keep=_section(count=COUNT, age=_one_of("24h", "720h", wrong=("5s", "1d", "")), least=COUNT),
        encryption=_with({"secretName": OBJECT_NAME}),
        lock=_one_of("24h", "800h", wrong=("5s", "", 1)),
        network=NETWORK,
        drill=_with({"schedule": SCHEDULE}),
        sizeLimit=SIZE,
        timeout=_one_of("10m", "1h", wrong=("0s", "", None)),
        dump=_section(resources=RESOURCES),
        upload=_section(resources=RESOURCES),
    ),
    "restore": _with(
        {
            "from": _with(
                {"namespace": NAMESPACE, "name": NAME, "store": STORE}, id=BACKUP_ID, usedMemory=MEMORY
            )
        },
        network=NETWORK,
        sizeLimit=SIZE,
        fetch=_section(resources=RESOURCES),
    ),
    "migration": _with(
        {"from": _with({"host": _one_of("redis-master", "10.0.0.1", "2001:db8::7", wrong=("a b", "", "A"))})},
        network=_section(podLabels=LABELS, namespaceLabels=LABELS),
    ),
    "probes": _section(redis=PROBES, sentinel=PROBES),
    "pods": _section(
        labels=LABELS,
        annotations=ANNOTATIONS,
        nodeSelector=LABELS,
        tolerations=st.lists(TOLERATION, max_size=2),
        priorityClassName=OBJECT_NAME,
        imagePullSecrets=st.lists(OBJECT_NAME, max_size=2),
        imagePullPolicy=_one_of("IfNotPresent", "Always", "Never"),
    ),
    "spread": _section(hard=TOPOLOGY, soft=TOPOLOGY, nodes=COUNT, zones=COUNT),
    "disruption": _section(
        redis=_section(enabled=FLAG, maxUnavailable=COUNT),
        sentinel=_section(enabled=FLAG, maxUnavailable=COUNT),
    ),
    "storage": _section(
        storageClassName=OBJECT_NAME,
        claimRetention=_section(
            whenDeleted=_one_of("Retain", "Delete"), whenScaled=_one_of("Retain", "Delete")
        ),
    ),
    "networkPolicy": _section(enabled=FLAG, clients=PEERS, metrics=PEERS, dns=PEERS),
    "auth": _section(
        mode=_one_of("none", "password", "acl", wrong=("on", None)),
        secretName=OBJECT_NAME,
        defaultUser=FLAG,
        users=st.lists(
            _section(
                name=_one_of("shop", "exporter", "default", "A_b-9", wrong=("", "-a", "a b", 5)),
                keys=st.lists(_one_of("shop:*", "*", "redismanifests:*", wrong=("a b", "")), max_size=2),
                channels=st.lists(_one_of("shop:*", "*", wrong=("a b", "")), max_size=2),
                commands=st.lists(
                    _one_of("+@read", "-@dangerous", "+@all", "+config|get", "+@nothing", wrong=("read", "")),
                    max_size=3,
                ),
                sentinel=FLAG,
            ),
            max_size=2,
        ),
        revision=hostile_text,
        externalSecret=_section(
            store=OBJECT_NAME,
            storeKind=_one_of("SecretStore", "ClusterSecretStore", wrong=("Vault",)),
            remoteKey=_one_of("shop/redis", wrong=("a b", "")),
            refreshInterval=DURATION,
            apiVersion=_one_of("v1", "v1beta1", wrong=("v2",)),
        ),
        sealedSecret=_one_of("no/such/file.yaml", wrong=("", 5)),
    ),
    "tls": _section(
        enabled=FLAG,
        secretName=OBJECT_NAME,
        certManager=_section(
            issuer=st.just({"name": "ca"}),
            duration=_one_of("1h", "2160h", "8760h", wrong=("59m", 90, "90d")),
            renewBefore=_one_of("5m", "720h", wrong=("4m", None)),
            algorithm=_one_of("ECDSA", "RSA", "Ed25519", wrong=("ecdsa", None)),
            dnsNames=st.lists(_one_of("redis.example.com", "*.example.com", wrong=("*", "", 5)), max_size=2),
            ipAddresses=st.lists(
                _one_of("10.96.1.7", "2001:db8::7", wrong=("10.96.1.07", "", 5)), max_size=3
            ),
        ),
        clients=_one_of("required", "optional", "none"),
        minimumVersion=_one_of("TLSv1.2", "TLSv1.3", wrong=("TLSv1.1", 1.2)),
        ciphers=_one_of("ECDHE+AESGCM", "HIGH:!aNULL:@SECLEVEL=2", wrong=("a b", "")),
        cipherSuites=_one_of("TLS_AES_256_GCM_SHA384", wrong=("a b", "")),
        plainPorts=_section(redis=PORT, sentinel=PORT),
        metrics=FLAG,
        revision=hostile_text,
    ),
    "waivers": st.lists(
        _section(
            finding=_one_of("RM021", "failed-election-misses-target", "RM001", wrong=("RM999", "", None, 5)),
            reason=hostile_text,
            until=_one_of("2026-12-31", "2020-02-29", wrong=("2026-02-30", "31.12.2026", 20261231, None)),
            path=_one_of("sentinel.failoverTimeout", "redis", wrong=("no.such", "", 1)),
        ),
        max_size=2,
    ),
    "requirements": st.lists(
        _section(
            id=_one_of("23.30", 23.30, 7, "a b", wrong=("", None, [], "x" * 41)),
            text=hostile_text,
            probes=st.lists(_one_of("PB010", "PB061", wrong=("PB999", "pb010", "", 5)), max_size=2),
            drills=st.lists(_one_of("failover", "drain", wrong=("nothing", "", 1)), max_size=2),
            within=DURATION,
        ),
        max_size=2,
    ),
    "namespaceObjects": _section(
        namespace=FLAG, limitRange=FLAG, podSecurity=_one_of("restricted", "baseline", "privileged")
    ),
}


@st.composite
def profiles(draw: st.DrawFn) -> dict[str, Any]:
    """A profile with a few of all sections."""
    profile = {"name": draw(NAME), "namespace": draw(NAMESPACE)}
    for key in draw(st.lists(st.sampled_from(sorted(SECTIONS)), max_size=5, unique=True)):
        profile[key] = draw(SECTIONS[key])
    return profile
