{{- define "tidegate.labels" -}}
app.kubernetes.io/name: tidegate
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- /* One for the cluster; one for each operator that watches only some namespaces. */ -}}
{{- define "tidegate.clusterRole" -}}
{{- if .Values.watchNamespaces }}tidegate:{{ .Release.Namespace }}{{ else }}tidegate{{ end }}
{{- end }}
{{- /* The API group of each switch under `providers`: those that are off, as a,b. */ -}}
{{- define "tidegate.without" -}}
{{- $groups := dict "gatewayApi" "gateway.networking.k8s.io" "istio" "networking.istio.io" "traefik" "traefik.io" "ingress" "networking.k8s.io" }}
{{- $off := list }}
{{- range $provider, $on := .Values.providers }}{{ if not $on }}{{ $off = append $off (get $groups $provider) }}{{ end }}{{ end }}
{{- join "," $off }}
{{- end }}
{{- define "tidegate.selector" -}}
app.kubernetes.io/name: tidegate
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- /* Which series are this operator's, where several serve a cluster. */ -}}
{{- define "tidegate.own" -}}
{{- if .Values.watchNamespaces }}{namespace="{{ .Release.Namespace }}"}{{ end }}
{{- end }}
