#!/bin/bash
# entrypoint.sh: in the place of the set-up that Bitnami's images do by themselves, which a rehearsal does not have.
echo "a rehearsal has no set-up scripts of Bitnami's images: it runs what the manifests start themselves" >&2
exit 1
