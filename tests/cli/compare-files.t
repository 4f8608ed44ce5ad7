#!/bin/sh
# Two exhibits whose files differ in one thing each, and what compare says of each of them.
. "$(dirname "$0")/lib.sh"

people || exit 1
then=2001-02-03T04:05:06
mkdir -p a/t/moved b/t/moved
for x in a b; do
	(
		cd $x/t || exit 1
		for f in bytes kind less mode more name part same second size value; do echo text >$f; done
		mkdir folder && ln -s same link && ln -s same long && mkfifo pipe && truncate -s 100000 sparse
		for f in value name less; do echo $f >>$f; done
	)
done
echo tExt >b/t/bytes
echo longer >b/t/size
chmod 640 b/t/mode
chmod 750 b/t/folder
ln -sfn size b/t/link
ln -sfn same/ b/t/long
rm b/t/kind && mkdir b/t/kind
rm b/t/pipe && echo >b/t/pipe
rm b/t/sparse && head -c 100000 /dev/zero >b/t/sparse
# Moved: first of several alike with the first of several alike; others in another order than that of their contents.
for f in m1 m2 m3; do echo alike >a/t/moved/$f; done
for f in n1 n2; do echo alike >b/t/moved/$f; done
for f in 1 2 3 4 5 6 7 8; do echo "of its own $f" >a/t/moved/old$f && echo "of its own $f" >b/t/moved/new$((9 - f)); done
echo lost >a/t/moved/lost && echo found >b/t/moved/found
: >a/t/moved/empty1 && : >b/t/moved/empty2
cat >wanted <<'END'
differs       t/bytes
attributes    t/folder
differs       t/kind
differs       t/link
differs       t/long
attributes    t/mode
missing       t/moved/empty1
new           t/moved/empty2
new           t/moved/found
missing       t/moved/lost
missing       t/moved/m3
moved         t/moved/n1  <-  t/moved/m1
moved         t/moved/n2  <-  t/moved/m2
moved         t/moved/new1  <-  t/moved/old8
moved         t/moved/new2  <-  t/moved/old7
moved         t/moved/new3  <-  t/moved/old6
moved         t/moved/new4  <-  t/moved/old5
moved         t/moved/new5  <-  t/moved/old4
moved         t/moved/new6  <-  t/moved/old3
moved         t/moved/new7  <-  t/moved/old2
moved         t/moved/new8  <-  t/moved/old1
attributes    t/part
differs       t/pipe
attributes    t/second
differs       t/size
END
# Extended attributes and lists of access: where this file system has them.
attr() { python3 -c 'import os, sys; os.setxattr(sys.argv[1], sys.argv[2], sys.argv[3].encode())' "$@" 2>/dev/null; }
if : >attr && attr attr user.a one; then
	for x in a b; do attr $x/t/value user.a one && attr $x/t/name user.a one && attr $x/t/less user.a one && attr $x/t/same user.a one; done
	attr b/t/value user.a onE && attr b/t/more user.a one && attr b/t/less user.b one
	python3 -c 'import os; os.removexattr("b/t/name", "user.a"); os.setxattr("b/t/name", "user.b", b"one")'
	for f in less more name value; do echo "attributes    t/$f" >>wanted; done
fi
if command -v setfacl >/dev/null && setfacl -m u:4711:r attr 2>/dev/null; then
	for x in a b; do echo >$x/t/access && mkdir $x/t/default && setfacl -m u:4711:r $x/t/access && setfacl -d -m u:4711:r $x/t/default; done
	setfacl -m u:4711:rw b/t/access && setfacl -d -m u:4711:rw b/t/default
	for f in access default; do echo "attributes    t/$f" >>wanted; done
fi
if [ "$(id -u)" -eq 0 ]; then
	for x in a b; do echo >$x/t/owner && echo >$x/t/group; done
	chown 1:0 b/t/owner && chown 0:1 b/t/group
	for f in owner group; do echo "attributes    t/$f" >>wanted; done
	if mknod a/t/null c 1 3 2>/dev/null && mknod a/t/five c 1 5 && mknod a/t/same-device c 1 5; then
		mknod b/t/null c 2 3 && mknod b/t/five c 1 3 && mknod b/t/same-device c 1 5
		for f in null five; do echo "differs       t/$f" >>wanted; done
	fi
fi
find a b -depth -exec touch -h -d "${then}Z" {} +
touch -d 2001-02-03T04:05:07Z b/t/second
touch -d 2001-02-03T04:05:06.000000001Z b/t/part
for x in a b; do (cd $x && sealed ../$x.evx t --self) || exit 1; done
said() { grep -e '  t/' "$T/out" | LC_ALL=C sort >said; LC_ALL=C sort wanted | diff - said; }
code 5 'two exhibits' "$EVX" compare a.evx b.evx --as officer
ok 'each file as it differs' said
# The other way round.
sed -i 's/^new /old /; s/^missing /new     /; s/^old /missing /; s/^\(moved  *\)\(.*\)  <-  \(.*\)/\1\3  <-  \2/' wanted
sed -i 's/^new  *\(t.*\)/new           \1/; s/^missing  *\(t.*\)/missing       \1/' wanted
code 5 'the other way round' "$EVX" compare b.evx a.evx --as officer
ok 'each file as it differs' said
# With itself, everything matches.
sealed again.evx a/t --self || exit 1
code 5 'the same files in two exhibits' "$EVX" compare a.evx again.evx --as officer --json
for what in attributes differs not_compared moved new missing not_followed; do out_has "\"$what\":\"0\"" "nothing else: $what"; done
# How many files can be followed is told exactly: the first whose path does not fit ends it.
for memory in 1 200 400 4000; do
	code 5 "with $memory bytes to follow moved files" "$EVX" compare a.evx b.evx --as officer --memory $memory --json
	moved=$(tail -n 1 "$T/out" | sed 's/.*"moved":"\([0-9]*\)".*/\1/') not=$(tail -n 1 "$T/out" | sed 's/.*"not_followed":"\([0-9]*\)".*/\1/')
	case $memory in
	1) is "$moved $not" '0 23' 'none is followed' ;;
	4000) is "$moved $not" '10 0' 'all are followed' ;;
	*) [ "$not" -gt 0 ] && [ "$not" -lt 23 ] && pass 'some are followed' || fail 'some are followed' "$moved $not" ;;
	esac
done
done_testing
