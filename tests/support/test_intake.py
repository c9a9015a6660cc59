"""What is mere thanks, what is small talk, and what asks for something; in doubt it asks."""

import pytest

from bot.support.intake import is_content, is_request

NAMES = ("Ana Lindqvist", "Ben Okafor", "Jörg Müller")
THANKS_EN = """
Thanks for the info
Thanks for the update
Thank you for the quick response
Okay, thanks for letting me know
Thanks and best regards
Kind regards
thanks a million
Ah ok, thanks
good to know
you're welcome
thanks
Thank you!
thank you so much
thankyou
Thanks a lot, Ana
thank you Ben
@Ana Lindqvist thanks!
thx
thx :)
ty
tysm
tyvm
Cheers
cheers guys
Many thanks to you both
Thanks to all of you
Thanks again!
Thaaanks!!!
Thanks for your help
Thanks for the quick fix... great
Thanks for the fast reply
Thanks, that helps!
Thanks, that helped
that was very helpful
that was quick, thanks
wow, thank you
Wow
you are the best
you're the best, thanks
You guys rock!
you are a star
lifesaver!
life saver
you saved my day
You made my day!
great job
Great work, thanks
nice one
well done
awesome
brilliant, thank you
perfect
perfect, it works again
works
works now
It works again, thanks
works like a charm
all working as expected now
back to normal, thanks
it is back up, thanks
that did the trick :)
it is fixed now
The issue is fixed, thanks
problem solved
solved
all good now
all good, no problem
no problem, thanks
no worries
Never mind
Got it
ok
okay, understood
I see, makes sense
makes sense, thanks
fair enough
Will do, thanks
I'll try that, thanks
Thanks a lot, I'll try that
we will let you know
sure
confirmed, all good
much better now
so glad it works again
I really appreciate it
Really appreciated
hats off
Everything is up and running again
Thank you so much again
works now again
ok, see you tomorrow
Alright, thanks
"""
THANKS_DE = """
Danke für die Info
Danke für die schnelle Rückmeldung
Danke fürs Bescheid geben
Danke, dann weiß ich Bescheid
Danke und viele Grüße
Mit freundlichen Grüßen
Perfekt, vielen Dank für die schnelle Lösung
Danke fürs Nachschauen
hat sich geklärt, danke
gut zu wissen, danke
du bist ein Schatz
danke nochmal
Danke, schönen Abend noch
gern geschehen
danke
Danke!
Danke dir
Danke euch beiden!
Danke Ana Lindqvist!
Danke Jörg
danke Joerg Mueller
Danke an alle
Vielen Dank
vielen lieben Dank an euch
Vielen herzlichen Dank
herzlichen Dank euch allen
tausend Dank
1000 Dank
Besten Dank
dankeschön
Danke schön
Daaanke
merci
merci vielmals
Danke für die schnelle Hilfe
Danke für eure Hilfe
Danke, das hat geholfen
das hilft mir sehr, danke
Wow, danke
Super schnell, danke!
Super
Toll, danke
Danke, ihr seid spitze!
Super, ihr seid die Besten
ihr seid klasse
ihr seid die Helden
du bist genial
Hut ab!
Tag gerettet, danke
Ihr habt uns den Tag gerettet
hat geklappt
Hat geklappt, danke
das hat funktioniert
hat alles funktioniert, danke
geht wieder
Geht wieder, danke
jetzt geht es wieder
alles wieder ok
Danke, ist wieder in Ordnung
bei mir geht es auch wieder
danke, jetzt geht's
läuft
läuft wieder, danke euch
laeuft wieder
Jetzt läuft alles wieder
klappt wie am Schnürchen
funktioniert einwandfrei
passt
passt so, danke
passt jetzt
Super, danke dir, passt jetzt
Danke, funktioniert wieder
Das Problem ist gelöst
Fehler ist weg, danke
Problem behoben
hat sich erledigt
Hat sich schon erledigt, danke
erledigt
alles klar
Alles klar, danke
alles gut
kein Problem
kein Problem mehr, danke
Keine Ursache
in Ordnung
Ok danke, schaue ich mir an
schau ich mir gleich an
ok, mach ich
mache ich, danke
ich werde es probieren, danke
verstanden
Verstehe, danke
ergibt Sinn
genau
freut mich
Endlich! Danke
danke, bis morgen
schönes Wochenende euch
Mach's gut
bitte schön
"""
WORDS_EN = """
no problem solved
no issues fixed
working on it
ok we will see
so is it done
ok, today
soon thanks
now thanks
thanks i have it too
ok, again
thanks in advance
great, now it is gone
still broken
it is still broken
Still not working, thanks
not yet
no
nope
no thanks to you
Thanks, but no
thanks, but it is down
thanks for nothing
thanks for nothing, it still fails
thanks but it is down again
it's back, sorry
it's back, thanks
wow, it is here again
Hi, it is there again
ok it did it again
Good, it has it again
hi you, it is on again
again
again and again
down again
it is down again
broken again, thanks
works, but only for me
works for Ben, not for me
works sometimes
worked yesterday
it was working
it was working, thanks
does not work
doesn't work
it did not help
is it fixed now
is it fixed now, thanks
ok, is it working again
thanks, is the problem solved
has it been fixed
did that work
are you on it
will it work tomorrow
is everything running again
can you try again
thanks! who fixed it?
Works?
let me know
ok, let us know
thanks, let me know
try again
ok, try it again now
ok do it
please do, thanks
thanks, please restart it too
ok and now
great, and now
what now
and the scanner
thanks, and the other printer
thanks, the printer is down
great, now the scanner is down
super, same error again
problem again
no, problem is back
the issue is back
thanks, one more thing
ok, when
how
thanks, help
help
help again, thanks
support
I have a question, thanks
good, but slow
better, not good
almost
it is
we are on it
fixed on my side, broken for everyone
Great. Another outage.
nothing works
thanks anyway, we will call
got an error now
ok so what is the plan
"""
WORDS_DE = """
kein Problem gelöst
super, schon wieder
ok heute
heute danke
danke bis heute
jetzt danke
danke, ich habe es auch
super, bei mir ist es auch so
danke es ist wieder so
ok was
Danke schonmal
danke im voraus
geht nicht
geht immer noch nicht
Danke, geht aber noch nicht
danke, geht aber nicht
danke für nichts
Danke. Der Scanner spinnt
leider nein
nein
nein danke, es ist wieder kaputt
noch nicht
doch nicht
wieder
schon wieder
Super, hat es wieder
Danke, jetzt ist es wieder
danke, bei mir wieder
wieder kaputt
wieder weg
wieder da
jetzt wieder nicht
läuft nicht
läuft nur bei mir
klappt nicht
klappt manchmal
hat nicht geklappt
hat gestern geklappt
funktioniert nur halb
passt nicht
geht so
geht es jetzt wieder
geht's wieder
gehts wieder
geht das jetzt
danke, geht es wieder
ok, läuft es jetzt
läuft alles wieder
hat es geklappt
hat das funktioniert
ist es behoben
ist das Problem gelöst
danke, ist der Fehler weg
habt ihr es gelöst
seid ihr da
wird es heute besser
was ist jetzt
was geht
und jetzt
ok und jetzt
danke, und nun
und der Scanner
danke, und der andere Drucker
Danke, jetzt ist der Scanner kaputt
super, jetzt ist der Drucker weg
toll, wieder alles langsam
Problem wieder da
super, wieder da
wow, alles wieder da
Problem besteht
der Fehler ist wieder da
Danke, bitte auch den Scanner
danke, bitte wieder
ok, bitte gleich
bitte
danke, bitte wieder Hilfe
Hilfe
danke, Hilfe
jetzt Hilfe
ich habe noch eine Frage, danke
danke, wann
wie
warum
ok, wer macht das
mach das
macht das jetzt
danke trotzdem
besser, aber langsam
fast
leider
ok, schau dir das an
nichts geht
Danke, kommt die Fehlermeldung wieder
"""
SMALL_TALK = """
hi
Hello everyone
Hi Ben
Good morning Ana Lindqvist!
Guten Morgen zusammen
Moin
Mahlzeit!
Danke Ana Lindqvist!
thank you Ben
Danke euch beiden!
vielen lieben Dank an euch
tausend Dank
Danke, ihr seid spitze!
Thanks, that helped
Danke, hat geklappt
Super, ihr seid die Besten
you are the best, thanks
Thanks for your quick help!
Danke für die Hilfe
no problem, thanks
Frohe Weihnachten an alle!
Merry Christmas to all, thanks
Happy new year
Frohes neues Jahr euch allen
Frohe Ostern
Happy holidays
Schönes Wochenende!
Have a great weekend
Enjoy your day, bye
Schönen Feierabend allen
Guten Rutsch ins neue Jahr
Alles Gute zum Geburtstag, Ben!
happy birthday Ana
Herzlichen Glückwunsch
congratulations Ben
gute Nacht
Tschüss, bis Montag
see you tomorrow
"""
REQUESTS = """
bitte Bescheid geben
please update
no update yet
viele Fehler
danke, ich habe es auch
now thanks
danke bis heute
super, schon wieder
danke es ist wieder so
wow, it is back again
Great, it did it again
Super, it has it again
thanks, it had this again
super, geht das
Ben
Ben Okafor
Ana, Ben
Friday
all
help
Hilfe
Hi, help
hi Ben, help
Hallo Ana, Drucker kaputt
Danke Ben, Drucker wieder kaputt
thank you Ben, now the scanner
Danke Tom
good morning, is it working
guten Morgen, geht es wieder
works now
geht wieder
it is fixed
solved
super, jetzt geht nichts
great, down again
Frohe Weihnachten, der Server ist weg
Happy new year, still down
quick help again, thanks
danke, bitte wieder Hilfe
thanks, is it fixed now
danke, geht es jetzt wieder
thanks, let me know
Hallo, und jetzt
problem
no problem report today
Danke, bis wann
"""


def listed(examples: str) -> list[str]:
    return examples.strip().split("\n")


@pytest.mark.parametrize("text", [*listed(THANKS_EN), *listed(THANKS_DE)])
def test_thanks_and_all_is_well_are_no_more_than_that(text: str) -> None:
    assert is_content(text, NAMES)


@pytest.mark.parametrize("text", [*listed(WORDS_EN), *listed(WORDS_DE)])
def test_words_that_say_or_ask_for_more_are_never_mere_thanks(text: str) -> None:
    assert not is_content(text, NAMES)


@pytest.mark.parametrize("text", listed(SMALL_TALK))
def test_a_post_that_greets_thanks_or_wishes_is_no_request(text: str) -> None:
    assert not is_request(text, NAMES, picture=False, gif=False)


def test_small_talk_with_much_space_in_it_is_small_talk() -> None:
    assert not is_request("Good" + " " * 300 + "Morning", picture=False, gif=False)


@pytest.mark.parametrize("text", listed(REQUESTS))
def test_a_post_that_may_ask_for_something_is_a_request(text: str) -> None:
    assert is_request(text, NAMES, picture=False, gif=False)


@pytest.mark.parametrize("examples", [THANKS_EN, THANKS_DE, WORDS_EN, WORDS_DE])
def test_each_language_has_sixty_examples_of_both(examples: str) -> None:
    assert len(set(listed(examples))) >= 60
