#!/bin/sh
# A time-stamp authority of openssl's, for tests.
#   tsa.sh make DIR               ca.pem (root), other-ca.pem (a stranger's root), and signers in DIR: tsa (good), expired, wide (a second
#                                 key usage), soft (usage not critical), plain (none); these three have issuer, serial number and key of tsa; past-ca.pem: the
#                                 root, but expired
#   tsa.sh twin DIR               one more certificate of tsa's name, number and key
#   tsa.sh weak DIR               a signer whose key is RSA of 1024 bits
#   tsa.sh answer DIR SIGNER REQUEST RESPONSE [SECTION]     SECTION old signs over SHA-1
set -eu
dir=$2

sign() { # NAME EXTENSIONS START END
	rm -f index.txt* serial*
	: >index.txt
	echo 10 >serial
	openssl ca -batch -notext -config ca.cnf -in tsa.csr -extensions "$2" -startdate "$3" -enddate "$4" -out "$1.pem"
}

make() {
	cat >ca.cnf <<-END
		[ca]
		default_ca = this
		[this]
		database = index.txt
		serial = serial
		new_certs_dir = .
		certificate = ca.pem
		private_key = ca.key
		default_md = sha256
		policy = any
		unique_subject = no
		[any]
		commonName = supplied
		organizationName = optional
		[tsa]
		keyUsage = critical, digitalSignature
		extendedKeyUsage = critical, timeStamping
		[wide]
		keyUsage = critical, digitalSignature
		extendedKeyUsage = critical, timeStamping, emailProtection
		[soft]
		keyUsage = critical, digitalSignature
		extendedKeyUsage = timeStamping
		[plain]
		keyUsage = critical, digitalSignature
		[stamp]
		serial = stamp-serial
		crypto_device = builtin
		default_policy = 1.3.6.1.4.1.99999.1
		other_policies = 1.3.6.1.4.1.99999.2
		signer_digest = sha256
		digests = sha256, sha384, sha512
		accuracy = secs:1
		ess_cert_id_alg = sha256
		[old]
		serial = stamp-serial
		crypto_device = builtin
		default_policy = 1.3.6.1.4.1.99999.1
		signer_digest = sha1
		digests = sha256
		ess_cert_id_alg = sha256
		[req]
		distinguished_name = dn
		[dn]
		[root]
		basicConstraints = critical, CA:TRUE
		keyUsage = critical, keyCertSign
	END
	for ca in ca other-ca; do
		openssl req -config ca.cnf -x509 -extensions root -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $ca.key -out $ca.pem \
			-days 3650 -subj "/O=Test/CN=Root $ca"
	done
	openssl req -config ca.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tsa.key -out tsa.csr -subj "/O=Test/CN=Test Time Authority"
	sign tsa tsa 20200101000000Z 20400101000000Z
	sign wide wide 20200101000000Z 20400101000000Z
	sign soft soft 20200101000000Z 20400101000000Z
	sign plain plain 20200101000000Z 20400101000000Z
	openssl req -config ca.cnf -new -key ca.key -out ca.csr -subj "/O=Test/CN=Root ca"
	rm -f index.txt* serial*
	: >index.txt
	echo 11 >serial
	openssl ca -batch -notext -preserveDN -config ca.cnf -selfsign -keyfile ca.key -in ca.csr -extensions root \
		-startdate 20010101000000Z -enddate 20200102000000Z -out past-ca.pem
	sign expired tsa 20010101000000Z 20020101000000Z
	echo 01 >stamp-serial
}

case $1 in
make)
	mkdir -p "$dir"
	cd "$dir"
	make >log 2>&1 || { cat log >&2; exit 1; }
	;;
twin)
	cd "$dir"
	sign twin tsa 20210101000000Z 20390101000000Z >>log 2>&1
	;;
weak)
	cd "$dir"
	openssl req -config ca.cnf -newkey rsa:1024 -nodes -keyout weak.key -out weak.csr -subj "/O=Test/CN=Weak Authority" >>log 2>&1
	openssl x509 -req -in weak.csr -CA ca.pem -CAkey ca.key -set_serial 77 -days 30 -extfile ca.cnf -extensions tsa -out weak.pem >>log 2>&1
	;;
answer)
	request=$(realpath "$4")
	response=$(realpath "$5")
	cd "$dir"
	key=tsa.key
	[ ! -e "$3.key" ] || key=$3.key
	openssl ts -reply -config ca.cnf -section "${6:-stamp}" -queryfile "$request" -signer "$3.pem" -inkey "$key" -out "$response" >>log 2>&1
	;;
esac
