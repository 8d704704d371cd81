# A Ceph cluster of one monitor, one OSD in memory and one RADOS gateway on 127.0.0.1, until this shell ends.
# $1: the cluster's folder, $2: the gateway's port, $3 and $4: the monitor's. $KEY and $SECRET: the administrator's key.
# $RUN: what starts a daemon: it ends with this shell, and is no root's.
set -eu
dir=$1 conf=$1/ceph.conf
mkdir -p "$dir/mon" "$dir/osd" "$dir/rgw" "$dir/sockets"
fsid=$(cat /proc/sys/kernel/random/uuid) osd=$(cat /proc/sys/kernel/random/uuid)

# The gateway's own limits and names are its defaults. Sessions need a key of 16 characters, and to be switched on.
# "nobody" has no home: what daemons look for there is found in the folder.
cat >"$conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:$3,v1:127.0.0.1:$4]
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 2
osd pool default pgp num = 2
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon pg warn min per osd = 0
mon data avail crit = 1
mon data avail warn = 2
run dir = $dir/sockets
admin socket = $dir/sockets/\$name.asok
pid file = $dir/sockets/\$name.pid
log file = $dir/\$name.log
mon cluster log file = $dir/cluster.log
keyring = $dir/keyring
ms bind ipv6 = false
osd objectstore = memstore
memstore device bytes = 2147483648
osd data = $dir/osd
mon data = $dir/mon
rgw data = $dir/rgw
osd class load list = *
osd class default list = *
[mon.a]
host = $(uname -n | cut -d. -f1)
[osd]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[client.rgw]
# Without tcp_nodelay, each answer to a POST waits 40 ms for an acknowledgement.
rgw frontends = beast endpoint=127.0.0.1:$2 tcp_nodelay=1
rgw s3 auth use sts = true
rgw sts key = $(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
rgw enable apis = s3, s3website, sts, iam, admin
CONF
export CEPH_CONF="$conf" HOME="$dir"

daemons=
trap 'kill -KILL $daemons 2>/dev/null || true; wait; exit 1' TERM
start() { # PROGRAM ARGUMENT...
	$RUN "$@" -f -c "$conf" & daemons="$daemons $!"
}
running() {
	for daemon in $daemons; do kill -0 "$daemon" || exit 1; done
}
failed() { kill -KILL $daemons; exit 1; }

ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
ceph-authtool "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
ceph-authtool "$dir/keyring" --gen-key -n client.rgw --cap mon 'allow *' --cap osd 'allow *'
monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$3,v1:127.0.0.1:$4]" "$dir/monmap"
ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
start ceph-mon -i a

key=$(ceph-authtool --gen-print-key)
echo "{\"cephx_secret\": \"$key\"}" | timeout 120 ceph osd new "$osd" -i - || failed
printf '[osd.0]\n\tkey = %s\n' "$key" >"$dir/osd/keyring"
ceph-osd -i 0 --mkfs --osd-uuid "$osd" --keyring "$dir/osd/keyring"
start ceph-osd -i 0 --keyring "$dir/osd/keyring"
until timeout 60 ceph osd stat | grep -q '1 up'; do running; sleep 0.1; done

timeout 120 radosgw-admin user create --uid admin --display-name admin --access-key "$KEY" --secret "$SECRET" \
	--caps 'users=*;roles=*;user-policy=*;buckets=read' || failed
start radosgw -n client.rgw
wait
