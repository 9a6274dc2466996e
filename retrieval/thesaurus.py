"""Everyday English and the words the record of the United Nations Security Council has for the same things.

A question that says "pull out" is answered by a text that says "withdraw". The tables are the project's own, from
common usage and from the words that are frequent in the resolutions; no question set was consulted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from types import MappingProxyType

from retrieval.lexical import STOP_WORDS, terms_of, words_of

# Groups, apart by line or semicolon; lower case; hyphens join a phrase, and phrases are only looked for in questions.
#   a b c       each of these may be answered by each other
#   a b | x y   a and b by each other, x and y by a or b, but a and b not by x or y: these are everyday words for them,
#               or mean other things too
#   x -> a b    x by a or b, nothing more
# Stems decide, so a word is missing where its stem has another meaning in the record: "response" is "responsible".
_GROUPS = """
# What a paragraph does
request ask | ask-for want; urge exhort | push plead beg appeal call-upon call-on
decide determine resolve | choose settle-on make-up-mind; reaffirm reiterate confirm | repeat restate say-again
recall | remember bring-to-mind; emphasize stress underline underscore highlight | point-out draw-attention single-out
welcome | glad pleased happy; commend praise applaud tribute | laud salute congratulate compliment
appreciation gratitude | thank thankful grateful; condemn denounce deplore | censure slam blast decry
regret deplore | sorry; concern alarm worry | anxious afraid fear uneasy troubled dismay
endorse approve | okay sign-off rubber-stamp agree-to; adopt approve | pass; reject refuse | decline turn-down rebuff
deny refuse; notify inform | let-know alert apprise; transmit convey communicate | pass-on send-on relay
declare proclaim announce; clarify explain | spell-out make-clear; outline describe | lay-out set-out
permit allow | let give-permission; permit allow let green-light give-permission empower -> authorize
consent | permission go-ahead; prohibit ban forbid | bar outlaw disallow not-allowed off-limits
recommend propose suggest | put-forward; proposal recommendation suggestion | advice; encourage | nudge
consider examine review study | look-at think-about weigh go-over reconsider
assess evaluate | gauge rate size-up appraise; commit undertake pledge | promise vow guarantee
comply abide adhere | obey stick-to keep-to live-up-to
violate breach contravene | infringe infringement break flout go-against
implement fulfil | carry-out put-into-effect put-into-practice act-on; refrain desist | avoid hold-back stay-away
intention intend | aim; endeavour effort | try attempt strive
# Votes, procedure and the texts themselves
vote ballot | poll; unanimous | everyone-agreed without-opposition all-in-favour
abstain | sit-out not-vote did-not-vote; veto -> negative; favour | voted-for; against | oppose voted-no
convene meet | gather get-together call-together; meeting session | sitting
annex appendix attach | enclosure addendum; letter | message; amend modify revise | change alter edit adjust
rescind revoke repeal terminate | cancel scrap undo annul; replace supersede | take-the-place stand-in swap
# Mandates and their length
mandate task | remit job assignment; task function duty responsibility | job chore; mission operation | assignment
extend renew prolong | lengthen keep-going roll-over; renewal prolongation extension
expire terminate end | run-out lapse finish; terminate end discontinue | finish shut-down close-down call-off
complete conclude | finish wrap-up; closure liquidation | close-down shut-down winding-up
drawdown reduction | scale-down scaling-down cutback downsizing; withdrawal exit departure | pullout
handover transfer | hand-over turn-over give-over; establish create | set-up start found form bring-into-being
establishment creation | founding setting-up; successor | follow-on took-over follow-up-mission
reconfigure restructure | reshape reorganize shake-up; benchmark | milestone yardstick
# Troops, police and strength
troop contingent military | soldier; military troop | army; army | armed-forces; soldier troop | fighter
combatant fighter | gunman; personnel staff | people crew employee worker
ceiling maximum limit | cap at-most no-more-than upper-limit; strength | size how-big headcount number-of-troops
troop-level force-level -> ceiling strength; increase reinforce raise | boost grow rise go-up add expand
strengthen enhance reinforce | beef-up bolster boost shore-up step-up build-up improve
reduce decrease | cut lower shrink fewer trim bring-down slash; reduction decrease | cut
deploy station | send dispatch; redeploy relocate | move; additional | extra further reinforcement
police gendarmerie | cop constabulary law-enforcement; commander | chief boss in-charge; battalion | regiment brigade
contribute | supply-troops donate; observer monitor | watcher watchdog
monitor supervise oversee observe | watch keep-an-eye keep-track track; supervision oversight | watch-over
verify confirm | check make-sure prove; inspect | check look-over; surveillance reconnaissance | spying
peacekeeper peacekeeping | blue-helmet blue-beret un-soldier un-troops keep-the-peace
headquarters | main-office head-office; camp | garrison barracks; equipment materiel | gear kit hardware
helicopter | chopper; aircraft | plane airplane aeroplane jet; aviation flight | fly airline; vehicle | truck lorry
vessel ship | boat; unmanned aerial | drone; airport airfield | airstrip runway
# Ceasefires, hostilities, withdrawal
ceasefire truce armistice cessation | cease-fire stop-fighting end-of-fighting lay-down-arms
cease stop halt | end quit put-an-end put-a-stop call-a-halt; suspend | pause put-on-hold halt interrupt
hostilities fighting | combat battle warfare clash skirmish; clash fighting | skirmish; conflict war | strife
dispute disagreement | quarrel row feud; tension | friction; escalate | flare-up heat-up
retaliation reprisal | revenge hit-back get-back-at; aggression attack invasion | assault strike
attack raid | assault strike ambush; shelling bombardment | bombing; bomb explosive | bombing
incursion | raid break-in; occupation occupy invasion | overrun take-over
withdraw | pull-out leave quit retreat pull-back move-out get-out; disengagement | pulling-apart move-apart
evacuate | clear-out; buffer demilitarized | no-man neutral-zone
demarcation delimitation delineation | draw-the-border; border boundary frontier | borderline
territorial-integrity -> border; sovereignty independence | self-rule; fire | gunfire shot shoot
violence disturbance disorder | unrest bloodshed riot; crisis emergency | disaster
calm restraint | cool-down hold-back; instability insecurity | chaos unstable unsafe unrest
deteriorate worsen | get-worse go-downhill; danger risk threat | menace peril
endanger jeopardize threaten | put-at-risk; prevent avert | stop avoid head-off keep-from
deter | discourage scare-off; resist | fight-back; good-offices go-between -> mediation
go-between broker intermediary peacemaker -> envoy mediator; facilitate | ease make-easier help
negotiate talks | bargain talk; dialogue consultation discussion talks | talk conversation; consult | ask-advice talk
discuss | talk; agreement accord treaty pact | deal; settlement solution | settle
compromise | meet-halfway middle-ground; impasse deadlock stalemate | stuck standstill
obstruct impede hinder | block hamper get-in-the-way; obstacle impediment | hurdle barrier
unhindered unimpeded | freely without-obstacles; signatory | signed-by signer; sign signature | ink
ratify accede | formally-approve; party | both-sides warring-sides
# Disarmament, arms and nuclear matters
weapon arms | gun firearm weaponry armament; light-weapons small-arms -> weapon; ammunition | bullet ammo
disarm disarmament | hand-over-weapons lay-down-weapons give-up-weapons give-up-arms surrender-weapons hand-in-weapons
demobilize disband dismantle | stand-down break-up dissolve; reintegrate | back-into-society civilian-life
cantonment | assembly-camp; surrender | give-up hand-in turn-in; collect | gather pick-up
destroy destruction | wreck blow-up wipe-out; eliminate eradicate | get-rid wipe-out do-away
remove | take-away take-out get-rid; dispose | get-rid; stockpile | hoard cache store; proliferation | spread
nuclear atomic; missile ballistic rocket; chemical | gas poison toxic; mine landmine minefield
demining clearance | mine-clearing clear-mines de-mine; ordnance explosive | unexploded bomb
# Sanctions, embargoes and listing
sanction | punish penalty punitive; embargo ban prohibition | blockade boycott; impose | slap-on
lift terminate | cancel; freeze | block lock; asset funds | money wealth bank-account; list | blacklist
blacklist put-on-list -> designate; off-the-list delisting -> removal; delisting | off-the-list
exemption | waiver loophole; evasion circumvent | get-around dodge sidestep bypass; export | sell-abroad
supply sale transfer; procure purchase acquire | buy obtain; obtain acquire receive | get-hold
seizure confiscate | impound take-away grab; inspect interdiction interdict | search intercept stop-ships
smuggle trafficking | contraband bootleg; expert | specialist; trade commerce commercial | business
commodity | merchandise; cargo shipment | freight; company business corporation enterprise | firm
oil petroleum | crude; fuel petroleum | petrol gasoline diesel; diamond | gem gemstone; timber | wood logging
mineral | ore; charcoal | coal; natural-resources -> mineral timber diamond; exploitation looting | plunder pillage
revenue income | earnings profit; passport visa | travel-papers; travel | trip
# Terrorism
terrorism | terror; extremism radicalization; suicide | suicide-bomber; incite | stir-up whip-up; hostage | captive
abduct kidnap | snatch hijack; ransom | pay-kidnappers; mercenary | hired-gun soldier-of-fortune
finance fund | pay-for bankroll money; funds financing resources | money cash; laundering | dirty-money
haven sanctuary | hideout hiding-place; internet | online web; recruit enlist | sign-up conscript
# Crime, courts and justice
court tribunal | judges; judge | magistrate; judicial judiciary | court; icty -> tribunal yugoslavia
ictr -> tribunal rwanda; prosecute prosecution | take-to-court put-on-trial bring-to-court charge sue
trial prosecution; prosecutor | attorney lawyer; accused suspect | defendant; indictment | charge
convict sentence | guilty; sentence punishment | jail-term; punish penalty | punishment
perpetrator | culprit offender wrongdoer; held-to-account answerable blame -> accountable impunity
impunity | unpunished go-free get-away-with; crime offence | felony
arrest apprehend | catch capture take-into-custody; detain detention custody | jail imprison lock-up prison
prison imprisonment | jail; detainee prisoner | inmate captive; release | let-go set-free freed liberate
extradite surrender | hand-over; witness | testify testimony; evidence | proof
investigate inquiry | look-into probe inquire enquire enquiry find-out; finding conclusion | find-out
genocide | extermination; massacre atrocity | slaughter mass-killing; murder assassination killing | slay
rape | sexual-assault; sexual | sex; jurisdiction competence | authority-over; law legislation | statute
illegal unlawful illicit | against-the-law; compensation reparation | damages make-good
piracy | high-seas-robbery hijack; robbery theft | steal rob; drug narcotic | opium heroin dope
corruption misappropriation | bribe bribery embezzle graft; gang | gangster
misconduct | misbehaviour misbehave wrongdoing bad-behaviour; abuse | mistreat mistreatment ill-treatment
# Civilians, victims, refugees, women and children
civilian | ordinary-people non-combatant bystander; population inhabitants | people resident
person individual | people; citizen | resident; casualty | killed dead died death wounded injured
death killing | killed dead died; loss | killed; injure wound | hurt; victim survivor | sufferer
suffering plight | misery pain; harm damage injury | hurt; refugee displaced returnee | flee uproot asylum-seeker
displaced | homeless driven-out; repatriate return | send-home go-home return-home go-back send-back
resettlement relocation | rehome; woman female gender | lady; girl woman | lady; child | kid minor
youth | young teenager; missing disappearance | vanish unaccounted; minority | ethnic-group
communal intercommunal | tribal tribe clan; discrimination | unfair-treatment; apartheid -> racial
vulnerable | at-risk; elderly | old-people; journalist media | press newspaper; self-determination | choose-own-future
house | dwelling; property | belongings possessions
# Relief, health, environment
humanitarian relief | aid; assist aid support relief | help; access | entry; route corridor | passage way-through road
deliver delivery distribute distribution | hand-out give-out; provide supply | give offer furnish
food foodstuff nutrition | eat meal; famine starvation hunger malnutrition | starve food-shortage
shelter | housing roof; medical health | doctor; medicine medical | medication pharmaceutical
disease epidemic outbreak | sick illness virus; covid pandemic | coronavirus; hospital | clinic
disaster | catastrophe calamity; environmental | ecological; climate | global-warming; wildlife poaching | animal
# Elections, government and institutions
election poll | vote ballot; referendum | plebiscite popular-vote; voter electorate; register registration | sign-up
constitution | basic-law; parliament legislature | assembly lawmaker congress; legislative | lawmaking
regime -> government authorities; president | head-of-state; minister | cabinet; leader leadership | head chief boss
overthrow coup | topple oust putsch power-grab; opposition | rival opponent; rebel insurgent | guerrilla
militia paramilitary | gunman armed-group; rebellion mutiny | uprising revolt insurrection
independence | freedom self-government; trusteeship | trust-territory; administer | run; reform | overhaul
institution | body; subregion | part-of-the-world; province district governorate | county; capital | main-city
city town village; grassroots -> local community; neighbour adjacent | next-door nearby
power-sharing -> unity inclusive; unity unified | united-country; partition division | split; secession | break-away
reconstruction rebuild rehabilitation | fix repair restore; build | construct erect; restore | bring-back put-back
civil-society -> non-governmental; religious | church faith; islamic | muslim; cultural heritage | culture monument
education school | classroom; train | teach coach drill
# United Nations offices and bodies
un-chief un-boss head-of-the-un un-head un-leader chief-of-the-un -> secretary
special-representative envoy | un-envoy; envoy ambassador | diplomat emissary; diplomatic | ambassador embassy
consular | consulate; representative delegate; chairman chairperson chair | head; spokesperson | spokesman
advisor adviser
appoint nominate designate | choose pick select put-in-charge was-named were-named be-named been-named named-as
select choose | pick; appointment nomination; dismiss | sack; vacancy | empty-seat open-seat resign
candidate | nominee; membership admission admit | join new-member let-in; expel | kick-out throw-out
headed led | in-charge; comprise compose | made-up-of; agency programme | body
world-court hague-court -> international court justice; nuclear-watchdog -> iaea atomic
# Reports, information and deadlines
submit | hand-in turn-in send; report | paper write-up; information data | facts details
record register | log archive; publish circulate disseminate | put-out; disclose | reveal
confidential | secret private; progress | headway; achieve attain accomplish | reach; failure fail | unable
outcome result | end-up; timetable timeline timeframe deadline schedule calendar | due-date cut-off
regular | often routine; quarterly -> three 90 ninety; every-three-months three-monthly -> quarterly 90 ninety
half-year half-yearly half-a-year twice-a-year every-six-months six-monthly semi-annual biannual -> six 180
annual yearly | once-a-year; every-month once-a-month -> monthly thirty 30
fortnight fortnightly every-two-weeks biweekly -> two week 14; weekly every-week once-a-week -> week seven
one-year a-year -> twelve 12; dozen -> twelve; midterm | halfway
interim provisional temporary | stopgap caretaker for-now; interim caretaker -> transitional
permanent durable | forever for-good; duration period | how-long length
immediate urgent prompt forthwith | right-away at-once straight-away instantly
expeditious swift rapid prompt | quick fast speedy soon; delay postpone | put-off hold-up
commence begin start | launch kick-off; outbreak beginning | onset; resume | restart start-again pick-up
prior before | earlier; subsequent following | later next; previous former | earlier old past; recent latest | newest
current | now present-day; concurrent simultaneous | at-the-same-time; expiration | end-date run-out
# Money and budget
budget | spending; cost expense expenditure | price bill spend; contribution | donation; donor contributor | giver
payment reimbursement | pay salary wage; salary | wage paycheck; debt arrears | owe; tax levy | toll
poverty | poor needy; prosperity wealth | rich; employment job | unemployed; currency monetary | dollar
financial | money fiscal; trust-fund -> voluntary contribution
# Common verbs
protect safeguard | guard shield defend keep-safe look-after; maintain preserve retain | keep hold-on
ensure guarantee | make-sure see-to; cooperate collaborate | work-together work-with team-up join-forces
participate | take-part join; involve include | bring-in; exchange | swap
return | give-back bring-back hand-back come-back; misuse | abuse; allocate assign entrust | set-aside give-the-job
occur | happen take-place come-about; continue remain | go-on keep-on carry-on stay; arise | come-from stem
affect impact | influence; demonstrate indicate | show; identify locate | find spot pick-out
detect discover | find spot uncover; elaborate draft prepare | draw-up write work-out come-up-with
address tackle | deal-with handle sort-out cope; resolve solve | sort-out fix settle
accelerate expedite intensify | speed-up step-up hurry; enter entry | go-into come-in; restrict limit | curb cap
weaken undermine | sap erode damage; renounce abandon | give-up; recognize acknowledge | accept
respond | react answer reply; seek | look-for; suppress | crack-down put-down; combat counter | fight tackle battle
escort accompany | go-with; rescue | save; maintenance repair | fix; manufacture produce
# Common nouns and adjectives
issue question matter | problem topic; problem challenge difficulty | trouble hardship; measure step action | move
method modality; objective goal purpose aim; precondition condition | strings-attached; obligation duty | must-do
lack absence shortage | not-enough; capacity capability ability | able
significant substantial considerable major | big large huge; large | big huge; grave serious | bad terrible
appalling heinous | awful terrible horrible; crucial vital essential critical | key; primary principal main
adverse harmful | bad; dangerous hazardous | unsafe risky; difficult | hard; strict stringent | tight tough
adequate sufficient | enough; insufficient inadequate | not-enough; appropriate suitable | proper
entire entirety whole; joint common mutual | shared; mutual reciprocal | two-way; bilateral | two-sided
various numerous | different; approximately | roughly; foreign external | abroad overseas; internal domestic | inside
impartial neutral | unbiased; credible | believable trustworthy; opportunity | chance; confidence trust
road highway | street; port seaport harbour; coast coastal | shore seaside; sea maritime | ocean naval
no-fly -> airspace; electricity energy | power-station power-plant; radio broadcast | tv television
identity identification | id; fence wall | barrier; settler settlement | colony; welfare | well-being wellbeing
deceased | died dead; condolence sympathy | mourn grief; vetting screening | background-check; liaison | contact
siege | surrounded encircled; vaccination | jab; disinformation misinformation | fake-news lies
technology | tech digital; indiscriminate | random; flagrant | blatant; stakeholder | player; seafarer crew | sailor
# Names that changed, or are written in more than one way
ivory-coast cote-d'ivoire -> ivoire ivorian; east-timor -> timor leste timorese; timor-leste -> east timorese
burma myanmar; cambodia kampuchea; rhodesia zimbabwe; zaire drc congo; south-west-africa -> namibia
north-korea -> dprk democratic; holland dutch -> netherlands; britain british england uk -> kingdom
usa american -> america; ussr soviet-union -> soviet; persia -> iran; vietnam -> viet nam
qadhafi | gaddafi qaddafi gadhafi kadhafi; usama | osama; hizbollah | hezbollah hizballah hizbullah
isil da'esh | daesh isis islamic-state; qaida | qaeda al-qaeda; shabaab | shabab
"""

# Words of one family whose stems differ, spellings included: each stands for all of them, in the groups as well.
_FAMILIES = """
# Verbs whose forms do not share a stem
begin began begun, break broke broken, bring brought, build built, buy bought, catch caught
choose chose chosen choice, draw drew drawn, drive drove driven, fight fought, flee fled, freeze froze frozen
give gave given, grow grew grown growth, hear heard, hold held, keep kept
lead led, leave left, lend lent, lose lost loss, make made, meet met, pay paid payment, rise rose risen
run ran, seek sought, sell sold sale, send sent, shake shook shaken, shoot shot
speak spoke spoken speech, spend spent, steal stole stolen, swear swore sworn, take took taken
teach taught, withdraw withdrew withdrawn, write wrote written
# The verb and its noun, the thing and its quality
abstain abstention, acquire acquisition, admit admission, advise advice
aggression aggressor, analyse analysis analyze, believe belief
budget budgetary, cease cessation, commerce commercial, comply compliance, conclude conclusion
contravene contravention, decide decision, democracy democratic, describe description, destroy destruction
deter deterrence, divide division, economy economic, elect electoral, emphasize emphasis emphasise
enter entry, environment environmental, exclude exclusion, expand expansion, expel expulsion, expire expiry
explain explanation, explode explosive, extend extension, extremism extremist, finance financial
hunger hungry, impede impediment, intervene intervention, invade invasion, legislation legislature
maintain maintenance, minister ministry ministerial, modify modification
notify notification, occupy occupation, occur occurrence, parliament parliamentary, permit permission
pirate piracy, poor poverty, president presidential, prosecute prosecutor, protect protector
province provincial, racist racial racism, ratify ratification, receive receipt
reduce reduction, resume resumption, rob robbery, slave slavery
solve solution, stable stability stabilise, submit submission
suspend suspension, terrorism terrorist, verify verification, die death dead
safe safety, kidnap kidnapper, signatory signature, child children, woman women, leader leadership
owner ownership
# Two spellings
authorize authorise, calibre caliber, centre center, colour color, defence defense
demilitarize demilitarise, demobilize demobilise, favour favor, harbour harbor
honour honor, labour labor, licence license, mobilize mobilise, neighbour neighbor, normalize normalise
offence offense, organize organise, prioritize prioritise, programme program, recognize recognise
utilize utilise, judgement judgment, decolonize decolonise
# Countries and their people
afghanistan afghan, africa african, albania albanian, algeria algerian, america american, angola angolan
armenia armenian, asia asian, azerbaijan azerbaijani, belgium belgian, bosnia bosnian, burundi burundian
cambodia cambodian, chad chadian, china chinese, colombia colombian, congo congolese, croatia croatian croat
cuba cuban, cyprus cypriot, egypt egyptian, eritrea eritrean, ethiopia ethiopian, europe european
france french, georgia georgian, germany german, greece greek, guatemala guatemalan, haiti haitian
india indian, indonesia indonesian, iran iranian, iraq iraqi, israel israeli, italy italian, ivoire ivorian
japan japanese, jordan jordanian, kosovo kosovar, kuwait kuwaiti, lebanon lebanese, liberia liberian
libya libyan, mali malian, morocco moroccan, mozambique mozambican, namibia namibian, nicaragua nicaraguan
nigeria nigerian, pakistan pakistani, palestine palestinian, portugal portuguese, russia russian
rwanda rwandan rwandese, salvador salvadoran, serbia serbian serb, somalia somali, spain spanish
sudan sudanese, syria syrian, tunisia tunisian, turkey turkish, ukraine ukrainian, vietnam vietnamese
yemen yemeni, zambia zambian, zimbabwe zimbabwean
"""

# Inside these, words are not what they are alone: the Security Council is no guard, an armed group no weapon.
_NAMES = """
security-council general-assembly secretary-general united-nations member-state united-states united-kingdom
special-representative red-cross red-crescent african-union european-union arab-league league-of-arab-states
international-court-of-justice international-criminal-court international-tribunal permanent-member high-commissioner
world-bank world-food-programme world-health-organization middle-east south-africa armed-force armed-group
armed-conflict armed-attack war-crime human-right good-office vote-against vote-for vote-in-favour vote-on
"""

# What a phrase has besides its own words: "out" in "pull out", "put" in "put on trial".
_BESIDES = frozenset(
    terms_of(
        "again ahead along apart around away back bring come down every forward give go keep make made off on once out"
        " over put right set take through together two under up upon united nations"
    )
)

# Left out of phrases, so that "give up their weapons" is "give up weapons".
_DETERMINERS = frozenset("a an the his her its their our your my this that these those".split())

_Phrase = tuple[str, ...]


def synonyms_of(text: str) -> dict[str, frozenset[str]]:
    """Return, for the terms of `text` that have any, the terms a document may use instead.

    What a phrase means is listed under each of its own words ("pull" of "pull out"), which have no meaning besides. The
    longest phrase wins. Terms that `text` has are never alternatives.
    """
    stems = _stems_of(words_of(text))
    found: defaultdict[str, set[str]] = defaultdict(set)
    for phrase in _phrases_in(stems):
        for term in _own_words(phrase):
            found[term] |= _ALTERNATIVES[phrase]
    pairs = ((term, frozenset(alternatives.difference(stems))) for term, alternatives in found.items())
    return {term: alternatives for term, alternatives in pairs if alternatives}


def _phrases_in(stems: list[str]) -> Iterator[_Phrase]:
    """Yield the entries of the tables in `stems`, the longest first at every place, none overlapping."""
    at = 0
    while at < len(stems):
        candidates = (tuple(stems[at : at + length]) for length in range(_LONGEST, 0, -1))
        phrase = next((candidate for candidate in candidates if candidate in _ALTERNATIVES), None)
        if phrase is not None:
            yield phrase
        at += len(phrase) if phrase else 1


def _stems_of(words: Iterable[str]) -> list[str]:
    """Return the terms of `words`, with the stop words, which phrases are made of too, as they are."""
    return [stem for word in words if word not in _DETERMINERS for stem in (terms_of(word) or [word])]


def _own_words(phrase: _Phrase) -> _Phrase:
    terms = tuple(stem for stem in phrase if stem not in STOP_WORDS)
    return tuple(term for term in terms if term not in _BESIDES) or terms[:1]


def _entries(table: str, separator: str) -> Iterator[str]:
    for line in table.splitlines():
        if not line.startswith("#"):
            yield from filter(None, map(str.strip, line.split(separator)))


def _phrases(words: str) -> list[_Phrase]:
    return [tuple(_stems_of(words_of(word))) for word in words.split()]


def _families() -> dict[str, frozenset[str]]:
    """Return the family of every stem that has one."""
    families = (frozenset(_stems_of(words_of(entry))) for entry in _entries(_FAMILIES, ","))
    return {stem: family for family in families for stem in family}


def _answered(group: str) -> tuple[list[_Phrase], list[_Phrase]]:
    """Return the phrases of a group that are looked for, and those that may answer them."""
    if "->" in group:
        asked, _, answers = group.partition("->")
        return _phrases(asked), _phrases(answers)
    official, _, everyday = group.partition("|")
    return _phrases(official) + _phrases(everyday), _phrases(official)


def _alternatives() -> Mapping[_Phrase, frozenset[str]]:
    families = _families()

    def family(stem: str) -> frozenset[str]:
        return families.get(stem, frozenset([stem]))

    found: defaultdict[_Phrase, set[str]] = defaultdict(set)
    for stem in families:
        found[(stem,)] |= family(stem)
    for group in _entries(_GROUPS, ";"):
        asked, answers = _answered(group)
        terms = {term for answer in answers if len(answer) == 1 for term in family(answer[0])}
        for phrase in asked:
            for form in product(*map(family, phrase)):
                found[form] |= terms
    for name in _phrases(_NAMES):
        found.setdefault(name, set())
    return MappingProxyType({phrase: frozenset(terms) for phrase, terms in found.items()})


_ALTERNATIVES = _alternatives()
_LONGEST = max(map(len, _ALTERNATIVES))
