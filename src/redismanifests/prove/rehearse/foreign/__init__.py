"""Foreign: what a rehearsal does so that manifests of any origin run: selection, images as they are, logins."""
