"""Objects: what the manifests themselves get wrong, whatever the scripts do."""

from __future__ import annotations

from sabotage.sabotage import Found, Objects, Rehearsed, in_objects

_REDIS, _SENTINEL = "redis-config", "redis-sentinel-config"


@in_objects(Found("RM130"), seen="CP (2.3): SIGKILL after 30 s at every rollout")
def server_without_exec(objects: Objects) -> None:
    """The start script runs the Sentinel as its child."""
    objects.edit(
        _SENTINEL,
        "sentinel-start.sh",
        'exec "$SERVER" "$CONFIG" --sentinel',
        '"$SERVER" "$CONFIG" --sentinel',
    )


@in_objects(
    Found("RM131"), seen="RHA (2.2), argoproj/argo-cd#25060: everything in CrashLoop after a cold start"
)
def unready_pods_not_published(objects: Objects) -> None:
    """The headless Service of Redis hides pods that are not ready."""
    del objects.named("Service", "redis-headless")["spec"]["publishNotReadyAddresses"]


@in_objects(Found("RM131"), seen="sentinel-design.md 2b.7: a hand-over of 6.3 s instead of 2.8 to 3.4")
def unready_member_not_published(objects: Objects) -> None:
    """The Service by which the others know a member has no address while it is not ready."""
    objects.named("Service", "redis-0")["spec"]["publishNotReadyAddresses"] = False


@in_objects(Found("RM132"), seen="BN, RHA, CP, G2K, HF, VKH (1a); JC's pitfall 2: a deadlock")
def ordered_ready(objects: Objects) -> None:
    """The pods of Redis start one by one."""
    objects.redis["spec"]["podManagementPolicy"] = "OrderedReady"


@in_objects(
    Found("RM132"), seen="HF (1a): three Sentinels need three start-up times until there is a majority"
)
def ordered_ready_sentinels(objects: Objects) -> None:
    """The Sentinels start one by one."""
    del objects.sentinel["spec"]["podManagementPolicy"]


@in_objects(
    Found("RM134"),
    Rehearsed("apply", "does not know config"),
    seen="sentinel-design.md 6: elected, and nothing is promoted, for ever",
)
def config_renamed(objects: Objects) -> None:
    """CONFIG is renamed away in redis.conf."""
    objects.append(_REDIS, "redis.conf", 'rename-command CONFIG ""')


@in_objects(
    Found("RM146"),
    Rehearsed("apply", "every replica has replica-priority 0"),
    seen="sentinel-design.md 4: nothing bounds the outage then",
)
def replica_priority_0(objects: Objects) -> None:
    """No replica may be promoted."""
    objects.edit(_REDIS, "redis.conf", "replica-priority 100", "replica-priority 0")


@in_objects(Found("RM133"), seen="FW (1e, 2.6): sleep 31, and a grace period of 30 s")
def hook_longer_than_grace(objects: Objects) -> None:
    """The preStop hook sleeps longer than the pod has to end."""
    hook = {
        "command": ["sh", "-c", "redis-cli -p 26379 SENTINEL FAILOVER mymaster; sleep 61; redis-cli save"]
    }
    objects.container("redis")["lifecycle"]["preStop"]["exec"] = hook


@in_objects(Found("RM139"), seen="FW (2.6), JC: the password in a ConfigMap, in git")
def password_in_a_configmap(objects: Objects) -> None:
    """The password stands in redis.conf."""
    objects.append(_REDIS, "redis.conf", "requirepass redis123")


@in_objects(
    Found("RM139"), seen="RHA, HF, FW (1d): the password on a command line, seen by every process of the node"
)
def password_in_a_probe(objects: Objects) -> None:
    """The startup probe carries the password."""
    objects.probe("redis", "startup", "sh", "-c", '[ "$(redis-cli -a redis123 ping)" = PONG ]')


@in_objects(Found("RM139"), seen="BN (1d): values of variables in the manifest")
def password_in_a_variable(objects: Objects) -> None:
    """The password is the value of a variable."""
    objects.container("redis")["env"].append({"name": "REDIS_PASSWORD", "value": "redis123"})


@in_objects(Found("RM140"), seen="DandyDeveloper/charts#153, spotahome#266: forbidden by the quota")
def sidecar_without_resources(objects: Objects) -> None:
    """A container requests nothing."""
    del objects.container("sentinel")["resources"]


@in_objects(
    Found("RM141"),
    Found("RM254"),
    seen="helm/charts#7803: updates to statefulset spec are forbidden",
)
def version_in_a_claim_template(objects: Objects) -> None:
    """The claim template carries the version of the chart."""
    template = objects.redis["spec"]["volumeClaimTemplates"][0]
    template["metadata"]["labels"] = {"helm.sh/chart": "redis-1.2.3"}


@in_objects(Found("RM142"), seen="sentinel-design.md 6: the folder must be writable")
def sentinel_reads_the_configmap(objects: Objects) -> None:
    """Sentinel is started with the file in the ConfigMap."""
    objects.container("sentinel")["command"] = ["redis-sentinel", "/config/sentinel.conf"]


@in_objects(
    Found("RM143"), seen="kubernetes-findings.md 7: REDIS_PORT=tcp://10.96..., and redis-cli takes port 0"
)
def port_from_the_environment(objects: Objects) -> None:
    """A script takes its port from the environment, with a default."""
    objects.edit(_REDIS, "settings.sh", "REDIS_PORT='6379'", ': "${REDIS_PORT:=6379}"')


@in_objects(Found("RM144"), seen="CP (1e): scripts outside of the checksum")
def change_that_rolls_nothing(objects: Objects) -> None:
    """A changed script reaches no pod that runs."""
    del objects.redis["spec"]["template"]["metadata"]["annotations"]


@in_objects(Found("RM145"), seen="spotahome/redis-operator#628: a drain that waits for ever")
def no_disruption_allowed(objects: Objects) -> None:
    """The disruption budget demands all three pods."""
    budget = objects.named("PodDisruptionBudget", "redis")["spec"]
    del budget["maxUnavailable"]
    budget["minAvailable"] = 3


@in_objects(Found("RM090"), seen="CP's master Service with pod-name not-yet-decided (2.3)")
def service_selects_nothing(objects: Objects) -> None:
    """A Service selects no pod."""
    objects.named("Service", "redis")["spec"]["selector"] = {"app": "not-yet-decided"}


@in_objects(Found("RM090"), seen="CP (1d): service.port where the container's port is meant")
def service_leads_nowhere(objects: Objects) -> None:
    """A Service leads to a port that no container has."""
    objects.named("Service", "redis")["spec"]["ports"][0]["targetPort"] = "redis-tls"


@in_objects(Found("RM090"), seen="RHA (2.2): restore mounts the Secret of something else")
def configmap_that_does_not_exist(objects: Objects) -> None:
    """A pod mounts a ConfigMap that is not there."""
    objects.sentinel["spec"]["template"]["spec"]["volumes"][0]["configMap"]["name"] = "sentinel-configuration"


@in_objects(Found("RM091"), seen="peers.md 1e: a typing error in a key is silently ignored everywhere")
def misspelt_field(objects: Objects) -> None:
    """A field is misspelt, and Kubernetes would ignore it."""
    spec = objects.redis["spec"]
    spec["podManagmentPolicy"] = "Parallel"
