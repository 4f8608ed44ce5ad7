#!/usr/bin/perl
# The layers: who includes whom, which folder may use which library, and what a source is called.
use strict;
use warnings;
use Test::More;

sub slurp { my ($f) = @_; open my $h, '<', $f or die "$f: $!"; local $/; my $t = <$h>; return $t }

my $readme = slurp('vault/README.md');
my ($layers) = $readme =~ /^## Layers\n(.*)/ms or die "vault/README.md: no section Layers";

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

# The folders of operations, which implement the public header.
my %operations = map { $_ => 1 } grep { $may{$_}{people} || $_ eq 'people' } @order;
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
			elsif ($target eq 'evx.h' || ($target eq 'api' && $folder ne 'api' && $folder ne 'evx.h')) {
				push @wrong, "$file:$line: $folder may not include $path" unless $operations{$folder};
			}
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

# Pages and pictures: large libraries, which no other program or library of evx loads.
my $large = qr{^(?:cairo|pango|glib|gmodule|zbar|fontconfig|qrencode\.h)};
@wrong = ();
for my $file (sort glob('paper/*.[ch]')) {
	for (slurp($file) =~ /^\s*#\s*include\s*"([^"]+)/mg) { push @wrong, "$file: includes $_" if $_ ne 'evx.h' && !-e "paper/$_" }
}
for my $file (sort glob('vault/*/*.[ch] cli/*.[ch]')) {
	for (slurp($file) =~ /^\s*#\s*include\s*<([^>]+)/mg) {
		push @wrong, "$file: <$_> belongs to paper/" if $_ =~ $large && !($_ eq 'qrencode.h' && $file =~ m{^vault/people/});
	}
}
is(join("\n", @wrong), '', 'paper/ includes evx.h, its own headers and libraries that only it uses');

# One name, one file; and a file's name is the prefix of what it gives to others, unless a type does that it defines.
my %stem;
@wrong = ();
for my $file (sort glob('vault/*/*.c cli/*.c paper/*.c')) {
	my ($stem) = $file =~ m{([^/]+)\.c$};
	push @wrong, "$file: $stem{$stem} has the same name" if $stem{$stem} && $stem ne 'main';
	$stem{$stem} = $file;
	push @wrong, "$file: does not begin with a sentence that says what it is for" unless slurp($file) =~ m{\A/\* \S};
}
is(join("\n", @wrong), '', 'each source has a name of its own, and begins with what it is for');

done_testing;
