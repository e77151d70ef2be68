{{- define "redis.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "redis.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "redis.sentinelFullname" -}}
{{- printf "%s-sentinel" (include "redis.fullname" .) }}
{{- end }}

{{/* Takes a dict of root and component, as the helpers below do. */}}
{{- define "redis.componentName" -}}
{{- if eq .component "sentinel" }}
{{- include "redis.sentinelFullname" .root }}
{{- else }}
{{- include "redis.fullname" .root }}
{{- end }}
{{- end }}

{{- define "redis.selectorLabels" -}}
app: {{ include "redis.componentName" . }}
app.kubernetes.io/instance: {{ include "redis.name" .root }}
{{- end }}

{{- define "redis.labels" -}}
{{ include "redis.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/name: {{ include "redis.name" .root }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "redis.metadata" -}}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "redis.labels" . | nindent 2 }}
{{- with .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "redis.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) }}
{{- end }}

{{- define "redis.pods" -}}
{{- $name := include "redis.componentName" . }}
{{- $values := index .root.Values .component }}
{{- $pods := list }}
{{- range $i := until (int $values.replicas) }}
{{- $pods = append $pods (printf "%s-%d" $name $i) }}
{{- end }}
{{- join " " $pods }}
{{- end }}

{{- define "redis.hosts" -}}
{{- $root := .root }}
{{- $hosts := list }}
{{- range splitList " " (include "redis.pods" .) }}
{{- $hosts = append $hosts (printf "%s.%s.svc.%s" . $root.Release.Namespace $root.Values.clusterDomain) }}
{{- end }}
{{- join " " $hosts }}
{{- end }}

{{- define "redis.sentinelIds" -}}
{{- $root := .root }}
{{- $ids := list }}
{{- range splitList " " (include "redis.pods" .) }}
{{- $ids = append $ids (printf "%s/%s" $root.Release.Namespace . | sha1sum) }}
{{- end }}
{{- join " " $ids }}
{{- end }}

{{- define "redis.affinity" -}}
{{- $values := index .root.Values .component }}
podAntiAffinity:
  {{- if eq $values.antiAffinity "hard" }}
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- include "redis.selectorLabels" . | nindent 10 }}
  {{- end }}
  preferredDuringSchedulingIgnoredDuringExecution:
    {{- if ne $values.antiAffinity "hard" }}
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "redis.selectorLabels" . | nindent 12 }}
    {{- end }}
    - weight: 100
      podAffinityTerm:
        topologyKey: topology.kubernetes.io/zone
        labelSelector:
          matchLabels:
            {{- include "redis.selectorLabels" . | nindent 12 }}
{{- end }}

{{- define "redis.settings" -}}
NAME={{ include "redis.name" . | squote }}
NAMESPACE={{ .Release.Namespace | squote }}
ADDRESSING='service'
MASTER_NAME={{ .Values.sentinel.masterName | squote }}
SERVER='redis-server'
CLI='redis-cli'
DATA_DIR=/data
REDIS_PORT={{ .Values.redis.port | squote }}
REDIS_PODS={{ include "redis.pods" (dict "root" . "component" "redis") | squote }}
REDIS_HOSTS={{ include "redis.hosts" (dict "root" . "component" "redis") | squote }}
SENTINEL_PORT={{ .Values.sentinel.port | squote }}
SENTINEL_PODS={{ include "redis.pods" (dict "root" . "component" "sentinel") | squote }}
SENTINEL_HOSTS={{ include "redis.hosts" (dict "root" . "component" "sentinel") | squote }}
{{- end }}

{{- define "redis.exporter" -}}
{{- $values := index .root.Values .component }}
{{- $exporter := .root.Values.exporter }}
- name: {{ .component }}-exporter
  image: {{ printf "%s:%s" $exporter.image.repository $exporter.image.tag }}
  imagePullPolicy: {{ $exporter.image.pullPolicy }}
  args:
    - --redis.addr=redis://localhost:{{ $values.port }}
    - --web.listen-address=:{{ $values.metrics.port }}
  ports:
    - name: metrics
      containerPort: {{ $values.metrics.port }}
      protocol: TCP
  resources:
    {{- toYaml $exporter.resources | nindent 4 }}
  securityContext:
    {{- toYaml $exporter.securityContext | nindent 4 }}
  livenessProbe:
    httpGet:
      path: /health
      port: metrics
      scheme: HTTP
    {{- toYaml $exporter.livenessProbe | nindent 4 }}
{{- end }}
