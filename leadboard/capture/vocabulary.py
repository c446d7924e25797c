"""The words that the labels of forms are made of; data, and nothing else. English, German and French in full,
Spanish, Italian, Dutch and Portuguese well, some other languages in their plainest words.

Umlauts are written as such; `labels` also knows them without dots and as "ae", "oe", "ue".
"""


def word_set(text: str) -> frozenset[str]:
    """Return the words of a constant as a set."""
    return frozenset(text.split())


# What a whole label says when its words are written as one.
PHRASES = {
    "email": "email mail emailaddress mailaddress workemail businessemail companyemail useremail "
    "emailadresse "
    "mailadresse epost courriel mel adresseemail adressemail adressecourriel adresseelectronique "
    "emailprofessionnel emailpro geschäftlicheemail emailid "
    "correo correoelectronico direcciondecorreo direcciondecorreoelectronico "
    "correocorporativo correodetrabajo emailaziendale indirizzoemail mailaziendale "
    "emailadres mailadres emailcorporativo emailprofissional enderecodeemail epostadress "
    "epostadresse адрес почта электроннаяпочта 邮箱 电子邮件 メールアドレス メール contactemail fromemail "
    "sendersemail replyto",
    "phone": "phone phonenumber telephone telephonenumber tel mobile mobilenumber mobilephone cell cellphone "
    "cellnumber telefon telefonnummer telefonnr rufnummer handy handynummer mobilnummer mobiltelefon mobil "
    "numerodetelephone telephoneportable portable numtel notelephone workphone businessphone daytimephone "
    "whatsapp whatsappnumber natel gsm rückrufnummer durchwahl festnetz contactnumber phoneno mobileno "
    "telnr textremindernumber "
    "telefono numerodetelefono movil telefonomovil celular numerodecelular numeroditelefono "
    "cellulare numerodicellulare telefoon telefoonnummer mobielnummer mobiel telefone "
    "numerodetelefone telemovel telefonnummer mobiltelefonnummer телефон номертелефона 电话 手机 "
    "電話番号 telephone1 telephone2 rawnumber",
    "name": "name fullname yourname contactname personname contactperson vorundnachname nameundvorname "
    "vornameundnachname ihrname ansprechpartner ansprechpartnerin ansprechperson kontaktperson vollername "
    "vollständigername nomcomplet nometprenom prenometnom nomprenom prenomnom displayname namevorname "
    "firstandlastname firstnamelastname firstlastname wieheissensie wieheisstdu commentvousappelezvous "
    "whoareyou whatshouldwecallyou howshouldwecallyou whatareyoucalled wiedürfenwirsieansprechen "
    "wiemöchtensieangesprochenwerden "
    "nombre nombrecompleto nombreyapellidos nombreyapellido nome nomecompleto nomeecognome "
    "nomecognome naam volledigenaam voorenachternaam navn fuldenavn fulltnavn namn "
    "imieinazwisko имя фио 姓名 名前 お名前 氏名 displayname visitorname sendername firstandlast nickname",
    "first_name": "firstname forename givenname fname namefirst vorname rufname prenom first given "
    "primernombre voornaam fornavn fornamn imie nomeproprio",
    "last_name": "lastname surname familyname lname namelast secondname nachname familienname zuname "
    "nomdefamille last family "
    "apellido apellidos primerapellido cognome achternaam familienaam sobrenome apelido "
    "efternavn etternavn efternamn nazwisko фамилия",
    "nom": "nom",
    "company": "company companyname organization organisation organizationname organisationname business "
    "businessname employer account accountname firm firma firmenname unternehmen unternehmensname "
    "organisationsname arbeitgeber betrieb societe nomdelasociete nomdesociete entreprise nomdelentreprise "
    "nomentreprise raisonsociale employeur agency agentur institution organisme wheredoyouwork "
    "whodoyouworkfor woarbeitensie woarbeitestdu outravaillezvous fürwenarbeitensie companylegalname "
    "employername etablissement companyororganization "
    "empresa compania nombredelaempresa nombredeempresa nombreempresa organizacion "
    "razonsocial azienda nomeazienda nomedellazienda societa ragionesociale organizzazione "
    "bedrijf bedrijfsnaam organisatie naambedrijf nomedaempresa organizacao foretag "
    "foretagsnamn virksomhed virksomhedsnavn firmanavn bedrift bedriftsnavn nazwafirmy "
    "компания организация 公司 公司名称 会社名 employmentname org orgname currentcompany currentemployer",
    "title": "title jobtitle position jobrole role jobfunction function yourrole jobposition occupation "
    "designation profession funktion berufsbezeichnung stellenbezeichnung stelle jobbezeichnung rolle beruf "
    "positionimunternehmen poste fonction titreduposte intituleduposte intituledeposte metier titel job "
    "roleauseindelentreprise titre titreprofessionnel tätigkeit jobtitel whatdoyoudo whatdoyoudoforwork "
    "cargo puesto puestodetrabajo funcion ruolo posizione qualifica mansione ruoloaziendale "
    "functie functietitel beroep funcao stilling stillingsbetegnelse befattning stanowisko "
    "tittel должность 职位 役職 employmenttitle currenttitle",
    "country": "country countrycode countryname countryregion land pays staat herkunftsland paysregion "
    "nation "
    "pais paese landnaam kraj страна 国家 国 address1country billingcountry",
    "website": "website web url homepage companywebsite websiteurl companyurl webseite internetseite siteweb "
    "siteinternet companydomain domain webadresse yoursite companysite internetadresse "
    "sitioweb paginaweb sitoweb sitointernet websitebedrijf webpagina hjemmeside webbplats "
    "companysiteurl",
    "message": "message messages comment comments question questions note notes enquiry inquiry request "
    "details description freetext howcanwehelp howcanwehelpyou howmaywehelp howmaywehelpyou "
    "whatcanwedoforyou "
    "tellusmore additionalinformation additionalinfo anythingelse moreinformation nachricht mitteilung "
    "kommentar kommentare anmerkung anmerkungen bemerkung bemerkungen frage fragen anfrage anliegen "
    "wiekönnenwirhelfen wiekönnenwirihnenhelfen womitkönnenwirihnenhelfen beschreibung projektbeschreibung "
    "freitext hinweise commentaire commentaires votremessage remarque remarques demande projet votredemande "
    "votreprojet commentpouvonsnousvousaider precisions body text textarea bericht "
    "mensaje sumensaje comentario comentarios consulta suconsulta comopodemosayudarle "
    "comopodemosayudarte enquepodemosayudarle enquepodemosayudarte messaggio commento "
    "commenti richiesta comepossiamoaiutarla comepossiamoaiutarti comepossiamoaiutarvi "
    "opmerking opmerkingen vraag uwvraag waarmeekunnenweuhelpen waarmeekunnenwehelpen "
    "hoekunnenweuhelpen toelichting mensagem comopodemosajudar observacoes besked meddelande "
    "melding wiadomosc сообщение комментарий 留言 备注 お問い合わせ内容 ご相談内容 additionalcomments "
    "projectdescription summary additionalnotes messagescontent messagecontent messagetext messagebody "
    "query yourquery bodyplain",
    "campaign": "utmcampaign campaign campaignname kampagne kampagnenname campagne nomdelacampagne "
    "campana campagna campanha",
    "basis": "basis legalbasis lawfulbasis rechtsgrundlage baselegale",
    "submitted_at": "submittedat submissiondate submissiontime datesubmitted submitted submittime "
    "submissiondatetime timestamp zeitstempel horodatage eingereichtam datedesoumission "
    "submittedon submitdate submissiontimestamp datetimesubmitted submitteddate "
    "submittedtime entrydate dateofsubmission eingangsdatum fechadeenvio datainvio",
}
# A campaign's number says less than its name; when something was made is not always when it was sent.
WEAK_PHRASES = {
    "campaign": "campaignid utmid",
    "submitted_at": "date time ts eventts eventtimestamp startedat createdat created datecreated "
    "createdon createddate "
    "createdtime createtime creationdate creationtime firedat eventtime occurredat "
    "receivedat datetime",
}

# Words that add nothing to a label ("Your e-mail", "Contact phone", "Wie lautet Ihre …?").
FILLERS = word_set(
    "your yours my mine me the a an this it i you we us our contact lead person prospect user "
    "work works working professional corporate personal private primary main best current currently "
    "preferred "
    "official valid please enter provide give fill fillin select choose tell share add write insert here "
    "below required optional mandatory there what whats which who whom whose how where is s are am was be do "
    "did may "
    "might can could should would will reach called named by for of in on at to with from and or "
    "wie was wer wo welche welcher welches welchem welchen wann lautet lauten heissen heisst ist sind sie "
    "ihr "
    "ihre ihren ihrem ihrer du dein deine deiner deinem deinen wir uns unter der die das den dem des ein "
    "eine "
    "einer einem im bei von vom zu zur zum mit für auf an und oder bitte geben angeben eingeben kann können "
    "dürfen möchten erreichen kontaktieren geschäftlich geschäftliche geschäftlicher beruflich berufliche "
    "dienstlich dienstliche privat aktuelle aktueller aktuell pflichtfeld erforderlich nennen arbeiten "
    "arbeitest tätig haben kontakt "
    "quel quelle quels quelles qui que quoi comment ou est sont etes vous votre vos tu ton ta tes nous notre "
    "nos je mon ma mes le la les l un une des du de d au aux en dans chez pour par sur avec et merci "
    "veuillez "
    "indiquer saisir renseigner entrer pouvons pouvez joindre contacter professionnel professionnelle pro "
    "personnel personnelle obligatoire facultatif actuel actuelle travaillez occupez "
    "sender su sus tu tus el los las una del al por favor cual cuales es como se llama para donde y "
    "indique escriba introduzca il lo gli uno di della dello dei con per suo sua tuo tua qual quale "
    "come si chiama vostro vostra uw jouw jij het een van voor wat hoe heet vul hier seu seus os as do "
    "da na meu minha vores din ditt vår e o os as"
)
# Words that a form's own make-up puts beside a label ("input_2_email", "form_fields[name]").
NOISE = word_set(
    "field fields input inputs textfield textbox feld champ q item element control data attributes "
    "properties answers values wpforms wpcf7 elementor frm nf et pb tx entry submission"
)
# Objects and fields of these names are about somebody or something else than the prospect.
OTHERS = word_set(
    "recipient referrer referer referral referred colleague friend guest spouse supervisor boss "
    "kollege "
    "kollegin vorgesetzter freund freundin collegue ami consent agree terms privacy gdpr datenschutz "
    "einwilligung "
    "consentement rgpd dsgvo newsletter captcha honeypot password token username login useragent billing "
    "shipping "
    "invoice emergency assignee salesperson bearbeiter "
    "colega collega amigo amico vriend privacidad consenso"
)
# So are these, unless they stand in a question of many words ("What should your new site do?").
OTHERS_IF_SHORT = word_set("owner assigned assignee rep agent inbox mailbox channel workspace team")
# These are things: what such an object is called is not what the prospect is called, but a form carries the
# answers of the prospect.
THINGS = word_set(
    "webhook form formular formulaire page site app browser device event hidden function tool workflow zap "
    "scenario"
)
# These are talks and papers: what they are called is not what the prospect is called.
TALKS = word_set(
    "meeting ticket conversation chat session thread property order deal call webinar product invoice topic "
    "subject document file list campaign booking calendar"
)
# As an object: somebody of the firm.
STAFF = word_set("manager host organizer organiser csm sdr bdr creator")
MANY_WORDS = 5

# Texts under these are addresses, marks of a campaign, or of a machine: never the message of a person.
NO_MESSAGE = word_set(
    "utm gclid fbclid msclkid cookie ua ip address street adresse anschrift strasse rue url uri link "
    "tracking "
    "title id uuid hash slug summary pretty schema"
)

NAME = word_set(
    "name full complete nom prenom vollständiger voller legal customer client kunde kunden "
    "nombre nome naam navn namn completo completa volledige"
)
FIRST = word_set("first forename given vorname prenom fname voornaam")
LAST = word_set(
    "last surname family nachname familienname famille lname zuname "
    "apellido apellidos cognome achternaam efternavn"
)
EMAIL = word_set(
    "email mail emailaddress emailadresse mailadresse courriel mel mails emails "
    "correo emailadres correoelectronico"
)
PHONE = word_set(
    "phone tel telephone telefon mobile handy cell telefonnummer rufnummer whatsapp handynummer mobilnummer "
    "mobiltelefon portable natel gsm rückrufnummer durchwahl festnetz cellphone phonenumber telefonnr "
    "telefono movil celular cellulare telefoon telefoonnummer mobiel telefone telemovel"
)
NUMBER = word_set("number nummer numero nr no num call callback rückruf rappeler anrufen line direct direkte")
COMPANY = word_set(
    "company companies organization organisation business firm firma unternehmen betrieb arbeitgeber "
    "employer "
    "societe entreprise employeur agency agentur institution organisme etablissement firmen unternehmens "
    "empresa compania azienda societa bedrijf organisatie organizacion organizzazione foretag "
    "virksomhed bedrift"
)
TITLE = word_set(
    "title position role jobtitle jobrole function funktion berufsbezeichnung stellenbezeichnung stelle "
    "jobbezeichnung rolle beruf poste fonction metier titre intitule occupation designation profession titel "
    "cargo puesto ruolo functie funcion funcao posizione"
)
COUNTRY = word_set(
    "country land pays countries nation staat location standort based located sitz region pais paese"
)
WEBSITE = word_set(
    "website webseite homepage url domain internetseite siteweb webadresse web site internet "
    "sito sitio pagina"
)
# Where one of these leads a question, its answer is a date, a number or a place, and no message.
NO_QUESTION = (
    "what describes ", "what best describes ", "which best describes ", "which of ", "was beschreibt ",
    "welche der ", "welches der ", "lequel ", "laquelle ",
    "when ", "wann ", "quand ", "how many ", "how much ", "how soon ", "how big ", "how large ",
    "how often ", "how did you hear", "how did you find", "where did you", "wie viele ", "wie gross ",
    "wie haben sie von", "wie sind sie auf", "wie oft ", "woher kennen", "combien ", "comment avez vous",
    "ou avez vous", "cuando ", "cuantos ", "cuantas ", "como nos ", "quando ", "quanti ", "quante ",
    "come ci ", "wanneer ", "hoeveel ", "hoe heeft u ons", "quantos ", "quantas ",
)  # fmt: skip
MESSAGE = (
    "help", "looking for", "looking to", "interested", "interest", "tell us", "tell me", "describe",
    "questions", "your question", "a question", "comments", "your comment", "a comment", "message",
    "enquir", "inquir", "anything", "you need", "your need", "needs", "challenge", "goals", "your goal",
    "project", "achieve", "discuss", "topic", "talk about", "reason for", "requirement", "details",
    "more about", "problem", "use case", "brings you", "on your mind", "additional info", "your request",
    "what do you want", "what would you like", "nachricht", "helfen", "anliegen", "anfrage", "ihre frage",
    "fragen", "mitteilung", "beschreib", "erzahl", "projekt", "vorhaben", "bedarf", "worum geht",
    "interessier", "interesse", "herausforderung", "ihr ziel", "ihre ziele", "wunsch", "wunsche",
    "bemerkung", "anmerkung", "kommentar", "hinweis", "thema", "themen", "besprechen", "fur uns tun",
    "fur sie tun", "aider", "besoin", "projet", "demande", "votre question", "vos questions", "commentaire",
    "precis", "decriv", "dites", "parlez", "souhait", "objectif", "remarque", "attentes", "interess",
    "sujet", "discuter",
    "faire pour vous", "mochten sie wissen", "fuhrt sie", "vous amene",
    "attendez", "nous dire", "vorbereitung", "teilen sie", "comparta", "condivid", "ayud", "proyecto",
    "necesita", "mensaje", "su consulta", "tu consulta", "le interesa",
    "aiutar", "progetto", "esigenz", "messaggio", "sua richiesta", "helpen", "uw vraag", "uw bericht",
    "opmerking", "behoefte", "ajud", "projeto", "mensagem",
)  # fmt: skip
YES = word_set(
    "yes true 1 on checked ja oui y agreed accepted granted optin wahr vrai x accepte zugestimmt subscribed "
    "si sim"
)
SALUTATIONS = word_set(
    "mr mrs ms mx miss herr frau divers m mme mlle monsieur madame sir madam mademoiselle dr prof "
    "sr sra srta sig signor signora dhr mevr mevrouw"
)
# What in a value itself tells a company or a job: used where a label tells nothing.
LEGAL_FORMS = word_set(
    "gmbh ag kg ohg ug gbr ev eg se inc incorporated corp corporation llc llp ltd limited plc co sa sas "
    "sarl sasu "
    "eurl bv nv srl spa ab as oy aps pty pte kgaa group gruppe holding"
)
JOBS = word_set(
    "head chief ceo cto cfo coo cmo cio cro ciso vp svp evp director manager lead officer president "
    "founder cofounder "
    "owner partner engineer developer architect consultant analyst specialist coordinator administrator "
    "buyer "
    "leiter leiterin leitung geschäftsführer geschäftsführerin vorstand inhaber inhaberin einkäufer "
    "einkäuferin "
    "berater referent directeur directrice responsable gerant gerante ingenieur chef acheteur dirigeant "
    "dirigeante"
)
# What a machine calls whoever writes to it: no job.
NO_JOBS = word_set(
    "lead user contact visitor customer subscriber member guest prospect person end_user enduser"
)
