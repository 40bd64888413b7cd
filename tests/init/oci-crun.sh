#!/bin/sh
# oci-crun.sh - the same image and the same promises as oci.sh, run by crun.
# ONCE
RUNTIME=crun
. "$TESTS/init/oci.sh"
