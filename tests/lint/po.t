#!/usr/bin/perl
# Translations: the formats of msgfmt, and what a translation must keep: options, commands, blanks at the ends; and what it must not bring into a page.
use strict;
use warnings;
use Test::More;

my @po = sort glob('po/*.po');
is("@po", 'po/ar.po po/es.po po/fr.po', 'the translations are there');

# Each entry: context, English, English of several, and the translations.
sub entries {
	my ($file) = @_;
	open my $h, '<:encoding(UTF-8)', $file or die "$file: $!";
	local $/ = '';
	my @found;
	while (my $part = <$h>) {
		my %e = (text => []);
		my $key;
		for (split /\n/, $part) {
			next if /^#/;
			if (/^(msgctxt|msgid|msgid_plural|msgstr)(?:\[\d\])? "(.*)"$/) {
				$key = $1;
				if ($key eq 'msgstr') { push @{ $e{text} }, $2 } else { $e{$key} = $2 }
			} elsif (/^"(.*)"$/) {
				if ($key eq 'msgstr') { $e{text}[-1] .= $1 } else { $e{$key} .= $1 }
			} else { die "$file: $_" }
		}
		push @found, \%e;
	}
	return @found;
}

# A command stands behind "evx" where the English text says to run it, names it in quotes, or has no word of a language behind it.
my $commands = join '|', split /\n/, `sed -n 's/^\t{ { "\\([a-z-]*\\)",.*/\\1/p; s/.*EVENT_COMMAND("\\([a-z-]*\\)".*/\\1/p' cli/main.c`;
cmp_ok(length $commands, '>', 200, 'the commands of evx were found');
sub typed { return $_[0] =~ /(--[a-z][a-z-]+|\bevx (?:$commands)(?: (?:add|list|remove|export|import|new|file|show|passwd))?\b)/g }

my %count;
for my $file (@po) {
	my ($lang) = $file =~ m{/(\w+)\.po};
	is(join('', `msgfmt --check --output-file=/dev/null $file 2>&1`), '', "$file: msgfmt finds nothing");
	my ($head, @all) = entries($file);
	like($head->{text}[0], qr/Language: $lang\\n.*charset=UTF-8/s, "$file: the header names language and charset");
	$count{$lang} = join "\n", sort map { ($_->{msgctxt} // '') . "|$_->{msgid}" } @all;
	my @wrong;
	for my $e (@all) {
		for my $text (@{ $e->{text} }) {
			my $in = sub { push @wrong, "$_[0]: $text" };
			$in->('empty') if $text eq '';
			# What is typed stays as it is: options, and the commands of evx.
			my %was = map { $_ => 1 } typed($e->{msgid});
			my %is = map { $_ => 1 } typed($text);
			$in->("lacks $_") for grep { !$is{$_} } sort keys %was;
			$in->("has $_") for grep { !$was{$_} } sort keys %is;
			my ($end) = $e->{msgid} =~ /( *(?:\\n)*)$/;
			$in->('ends otherwise') unless $text =~ /(?<! )\Q$end\E$/ || $e->{msgid} eq ',';
			# Translations stand in HTML as they are.
			$in->("has $1") if $text =~ /([<&>])/ && $e->{msgid} !~ /\Q$1\E/;
			$in->('has a blank at its start') if $text =~ /^ / && $e->{msgid} !~ /^[ ;:]/;
		}
	}
	is(join("\n", @wrong), '', "$file: options, commands and blanks are kept");
}
is($count{fr}, $count{es}, 'the same texts in French and Spanish');
is($count{fr}, $count{ar}, 'and in Arabic');
done_testing;
