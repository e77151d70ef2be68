"""Service: how clients and members reach the pods.

Four Services (clients and stable names, for Redis and for Sentinel), and with `addressing: service` one more per pod.
"""

from __future__ import annotations

from typing import Literal

from redismanifests.core.setting import Section, computed, section, setting
from redismanifests.core.values.bounded import Whole
from redismanifests.core.values.names import ServiceName

ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer"]


class RedisServices(Section):
    """Services in front of the data pods."""

    name: ServiceName = computed(
        "Client Service: any data pod, so for reads; writers query Sentinel for the master.",
        why="the name of the deployment",
    )
    headless_name: ServiceName = computed(
        "Headless Service: stable names of the pods. Immutable once applied.",
        why="the client Service's name with -headless",
    )
    type: ServiceType = setting(
        "ClusterIP", "Type of the client Service.", why="Redis without AUTH stays inside"
    )
    port: Whole = setting(6379, "Port of Redis.", ge=1024, le=65535, why="the registered port")


class SentinelServices(Section):
    """Services in front of the Sentinels."""

    name: ServiceName = computed(
        "Client Service: any Sentinel, for queries for the master.",
        why="named after the deployment",
    )
    headless_name: ServiceName = computed(
        "Headless Service: stable names of the pods. Immutable once applied.",
        why="the client Service's name with -headless",
    )
    type: ServiceType = setting(
        "ClusterIP", "Type of the client Service.", why="Sentinel without AUTH stays inside"
    )
    port: Whole = setting(26379, "Port of Sentinel.", ge=1024, le=65535, why="Sentinel's default")


class Services(Section):
    """Services of both workloads."""

    redis: RedisServices = section(RedisServices, "In front of the data pods.")
    sentinel: SentinelServices = section(SentinelServices, "In front of the Sentinels.")
