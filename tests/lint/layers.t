#!/usr/bin/perl
# The layers: who includes whom, which folder may use which library, and that every module stands in the architecture table.
use strict;
use warnings;
use Test::More;

sub slurp { my ($f) = @_; open my $h, '<', $f or die "$f: $!"; local $/; my $t = <$h>; return $t }

my $readme = slurp('vault/README.md');
my ($layers) = $readme =~ /^## Layers\n(.*?)^## /ms or die "vault/README.md: no section Layers";
my ($modules) = $readme =~ /^## Modules\n(.*)/ms or die "vault/README.md: no section Modules";

my (%may, %library_of, @order);
for (split /\n/, $layers) {
	next unless /^\| ([a-z.]+) \| [^|]* \|([a-z ]*)\|([^|]*)\|$/ && $1 ne 'folder';
	my ($folder, $below, $libs) = ($1, $2, $3);
	push @order, $folder;
	$may{$folder} = { map { $_ => 1 } split ' ', $below };
	$library_of{$_} = $folder for split ' ', $libs;
}
cmp_ok(scalar @order, '>=', 5, 'the table of layers was read');
for my $i (0 .. $#order) {
	my %lower = map { $_ => 1 } @order[$i + 1 .. $#order];
	my @up = grep { !$lower{$_} } sort keys %{ $may{ $order[$i] } };
	is("@up", '', "$order[$i]: may include lower folders only");
}

# The folder that owns the library of system header $name, if any does. An entry that ends in / stands for a directory.
sub owner {
	my ($name) = @_;
	for my $lib (keys %library_of) {
		my $stem = $lib =~ s/(\.h|\/)$//r;
		return $library_of{$lib} if $name eq $lib || $name =~ m{^\Q$stem\E[/_]};
	}
	return;
}

my %io = map { $_ => 1 } qw(fcntl.h unistd.h dirent.h pthread.h sys/mman.h sys/socket.h sys/ioctl.h);
my @wrong;
for my $file (sort glob('vault/*/*.[ch] vault/*.h')) {
	my ($folder) = $file =~ m{^vault/([a-z]+)/};
	$folder //= 'evx.h';
	if (!$may{$folder}) { push @wrong, "$file: folder is not in the table of layers"; next }
	my $line = 0;
	for (split /\n/, slurp($file)) {
		$line++;
		if (/^\s*#\s*include\s*"([^"]+)"/) {
			my ($path, $target) = ($1, $1 =~ m{^([a-z]+)/} ? $1 : 'evx.h');
			if (!-e "vault/$path") { push @wrong, "$file:$line: \"$path\" is not relative to vault/" }
			elsif ($path eq 'evx.h') { push @wrong, "$file:$line: only ops may include evx.h" unless $folder eq 'ops' }
			elsif ($target ne $folder && !$may{$folder}{$target}) { push @wrong, "$file:$line: $folder may not include $path" }
		} elsif (/^\s*#\s*include\s*<([^>]+)>/) {
			my $owner = owner($1);
			push @wrong, "$file:$line: <$1> belongs to $owner" if defined $owner && $owner ne $folder;
			push @wrong, "$file:$line: format is pure and may not include <$1>" if $folder eq 'format' && $io{$1};
		}
	}
}
is(join("\n", @wrong), '', 'includes of vault/ obey the layers');

@wrong = ();
for my $file (sort glob('cli/*.[ch]')) {
	for (slurp($file) =~ /^\s*#\s*include\s*(["<][^">]+)/mg) {
		my ($kind, $name) = /^(.)(.*)/;
		push @wrong, "$file: includes $name" if $kind eq '"' ? $name ne 'evx.h' && !-e "cli/$name" : defined owner($name);
	}
}
is(join("\n", @wrong), '', 'cli/ includes evx.h, its own headers and the system only');

my %listed = map { $_ => 1 } $modules =~ /^\| `([a-z0-9_\/]+)` \| \S/mg;
my @missing = grep { !$listed{$_} } map { m{^vault/(.*)\.c$} } sort glob('vault/*/*.c');
is(join("\n", @missing), '', 'every module has its line in vault/README.md');
my @stale = grep { !-e "vault/$_.c" && !-e "vault/$_.h" } sort keys %listed;
is(join("\n", @stale), '', 'every line of the table is a module');

done_testing;
