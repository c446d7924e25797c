"""Tables as other products export them, and as people keep them: heading, a few rows, and what each column is.

The headings are those of each product's own export, written down from its documentation or its screens before
anybody looked at what the guessing knows; the people in them are made up.
"""

TABLES = {
    "HubSpot contacts": (
        "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lead Status,Marketing contact status,"
        "Create Date,Associated Company,Job Title,Country/Region,Website URL,Message,Original Source\n"
        "151,Ana,Ruiz,ana@halden.example,+49 30 901820,Kim Park,New,Marketing contact,2026-05-04 09:12,"
        "Halden GmbH,COO,Germany,https://halden.example,We need a quote,Organic Search\n"
        "152,Bo,Chen,bo@delmar.example,+44 20 79460018,Kim Park,Open,Marketing contact,2026-05-06 14:40,"
        "Delmar Ltd,Buyer,United Kingdom,delmar.example,,Paid Search\n",
        {"first_name": "First Name", "last_name": "Last Name", "email": "Email", "phone": "Phone Number",
         "company": "Associated Company", "title": "Job Title", "country": "Country/Region",
         "website": "Website URL", "message": "Message", "submitted_at": "Create Date"},
    ),
    "Salesforce leads": (
        "Lead ID,Salutation,First Name,Last Name,Title,Company / Account,Street,City,State/Province,"
        "Zip/Postal Code,Country,Phone,Mobile,Email,Lead Source,Lead Owner,Lead Owner Alias,Create Date,"
        "Rating,Description\n"
        "00Q5g00000AbCdE,Ms.,Ana,Ruiz,COO,Halden GmbH,Main St 4,Berlin,BE,10115,Germany,+49 30 901820,"
        "+49 171 5550100,ana@halden.example,Web,Kim Park,kpark,5/4/2026,Hot,Wants a demo of the scanner\n"
        "00Q5g00000AbCdF,Mr.,Bo,Chen,Buyer,Delmar Ltd,High St 1,Leeds,,LS1,United Kingdom,+44 20 79460018,,"
        "bo@delmar.example,Trade Show,Kim Park,kpark,5/6/2026,Warm,\n",
        {"first_name": "First Name", "last_name": "Last Name", "title": "Title", "company": "Company / Account",
         "country": "Country", "phone": "Phone", "email": "Email", "message": "Description",
         "submitted_at": "Create Date"},
    ),
    "Salesforce data loader": (
        '"ID","ISDELETED","LASTNAME","FIRSTNAME","NAME","TITLE","COMPANY","COUNTRY","PHONE","MOBILEPHONE","EMAIL",'
        '"WEBSITE","DESCRIPTION","LEADSOURCE","OWNERID","CREATEDDATE"\n'
        '"00Q1","false","Ruiz","Ana","Ana Ruiz","COO","Halden GmbH","Germany","+49 30 901820","","ana@halden.example",'
        '"http://halden.example","Wants a demo","Web","0055g","2026-05-04T09:12:00.000Z"\n',
        {"first_name": "FIRSTNAME", "last_name": "LASTNAME", "title": "TITLE", "company": "COMPANY",
         "country": "COUNTRY", "phone": "PHONE", "email": "EMAIL", "website": "WEBSITE",
         "message": "DESCRIPTION", "submitted_at": "CREATEDDATE"},
    ),
    "Pipedrive people": (
        "Person - ID,Person - Name,Person - First name,Person - Last name,Person - Organization,"
        "Person - Phone - Work,Person - Phone - Mobile,Person - Email - Work,Person - Email - Home,"
        "Person - Owner,Person - Person created,Person - Job title\n"
        "12,Ana Ruiz,Ana,Ruiz,Halden GmbH,+49 30 901820,,ana@halden.example,,Kim Park,2026-05-04 09:12:33,COO\n"
        "13,Bo Chen,Bo,Chen,Delmar Ltd,+44 20 79460018,,bo@delmar.example,bo@home.example,Kim Park,"
        "2026-05-06 14:40:02,Buyer\n",
        {"first_name": "Person - First name", "last_name": "Person - Last name",
         "company": "Person - Organization", "phone": "Person - Phone - Work", "email": "Person - Email - Work",
         "title": "Person - Job title", "submitted_at": "Person - Person created"},
    ),
    "Zoho leads": (
        "Record Id,Lead Owner.id,Lead Owner,Company,First Name,Last Name,Designation,Email,Phone,Fax,Mobile,"
        "Website,Lead Source,Lead Status,Industry,No. of Employees,Annual Revenue,Created Time,Street,City,State,"
        "Zip Code,Country,Description,Email Opt Out\n"
        "zcrm_1,zcrm_9,Kim Park,Halden GmbH,Ana,Ruiz,COO,ana@halden.example,+49 30 901820,,,halden.example,"
        "Trade Show,Contacted,Optics,120,4500000,2026-05-04 09:12:33,Main St 4,Berlin,BE,10115,Germany,"
        "Asked for the price list,false\n",
        {"first_name": "First Name", "last_name": "Last Name", "title": "Designation", "company": "Company",
         "email": "Email", "phone": "Phone", "website": "Website", "country": "Country",
         "message": "Description", "submitted_at": "Created Time"},
    ),
    "Mailchimp audience": (
        '"Email Address","First Name","Last Name","Address","Phone Number","Birthday",MEMBER_RATING,OPTIN_TIME,'
        "OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION,LAST_CHANGED,LEID,"
        "EUID,NOTES,TAGS\n"
        'ana@halden.example,Ana,Ruiz,"Main St 4 Berlin 10115","+49 30 901820",05/12,4,"2026-05-04 09:12:33",'
        '203.0.113.9,"2026-05-04 09:13:01",203.0.113.9,52.5,13.4,1,2,Europe/Berlin,DE,BE,"2026-05-04 09:13:01",'
        '1045,9a1f,"Met at the fair","""fair"",""optics"""\n',
        {"first_name": "First Name", "last_name": "Last Name", "email": "Email Address",
         "phone": "Phone Number", "country": "CC", "message": "NOTES", "submitted_at": "OPTIN_TIME"},
    ),
    "LinkedIn connections": (
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        "Ana,Ruiz,https://www.linkedin.com/in/ana-ruiz,ana@halden.example,Halden GmbH,COO,04 May 2026\n"
        "Bo,Chen,https://www.linkedin.com/in/bochen,,Delmar Ltd,Buyer,06 May 2026\n",
        {"first_name": "First Name", "last_name": "Last Name", "email": "Email Address", "company": "Company",
         "title": "Position", "submitted_at": "Connected On"},
    ),
    "LinkedIn lead gen": (
        "Lead ID,Campaign ID,Campaign Name,Creative ID,Form ID,Form Name,Submitted At (UTC),First Name,Last Name,"
        "Email Address,Phone Number,Job Title,Company Name,Country\n"
        "a1b2,31001,Spring scanners,77,5501,Quote form,2026-05-04 09:12:33,Ana,Ruiz,ana@halden.example,"
        "+4930901820,COO,Halden GmbH,Germany\n",
        {"first_name": "First Name", "last_name": "Last Name", "email": "Email Address", "phone": "Phone Number",
         "title": "Job Title", "company": "Company Name", "country": "Country", "campaign": "Campaign Name",
         "submitted_at": "Submitted At (UTC)"},
    ),
    "Meta leads": (
        "id\tcreated_time\tad_id\tad_name\tadset_id\tadset_name\tcampaign_id\tcampaign_name\tform_id\tform_name\t"
        "is_organic\tplatform\tfull_name\temail\tphone_number\tcompany_name\tjob_title\n"
        "l:1201\t2026-05-04T09:12:33+02:00\tag:1\tAd one\tas:1\tSet one\tc:1\tSpring scanners\tf:1\tQuote form\t"
        "false\tfb\tAna Ruiz\tana@halden.example\tp:+4930901820\tHalden GmbH\tCOO\n",
        {"name": "full_name", "email": "email", "phone": "phone_number", "company": "company_name",
         "title": "job_title", "campaign": "campaign_name", "submitted_at": "created_time"},
    ),
    "Outlook contacts": (
        "First Name,Middle Name,Last Name,Title,Suffix,Company,Department,Job Title,Business Street,Business City,"
        "Business Country/Region,Home Phone,Business Phone,Mobile Phone,E-mail Address,E-mail Type,"
        "E-mail Display Name,Notes,Web Page\n"
        "Ana,,Ruiz,Dr.,,Halden GmbH,Operations,COO,Main St 4,Berlin,Germany,,+49 30 901820,+49 171 5550100,"
        "ana@halden.example,SMTP,Ana Ruiz (ana@halden.example),Met at the fair,http://halden.example\n",
        {"first_name": "First Name", "last_name": "Last Name", "company": "Company", "title": "Job Title",
         "country": "Business Country/Region", "phone": "Business Phone", "email": "E-mail Address",
         "message": "Notes", "website": "Web Page"},
    ),
    "Google contacts": (
        "First Name,Middle Name,Last Name,Nickname,File As,Organization Name,Organization Title,"
        "Organization Department,Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,"
        "Phone 1 - Value,Address 1 - Country,Website 1 - Label,Website 1 - Value\n"
        "Ana,,Ruiz,,,Halden GmbH,COO,Operations,,Met at the fair,* myContacts,* Work,ana@halden.example,Work,"
        "+49 30 901820,Germany,Work,halden.example\n",
        {"first_name": "First Name", "last_name": "Last Name", "company": "Organization Name",
         "title": "Organization Title", "message": "Notes", "email": "E-mail 1 - Value",
         "phone": "Phone 1 - Value", "country": "Address 1 - Country", "website": "Website 1 - Value"},
    ),
    "Apollo people": (
        "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Email Confidence,Seniority,"
        "Departments,Contact Owner,Work Direct Phone,Mobile Phone,Corporate Phone,Stage,# Employees,Industry,"
        "Person Linkedin Url,Website,Company Linkedin Url,City,State,Country,Company Country\n"
        "Ana,Ruiz,COO,Halden GmbH,Halden,ana@halden.example,Verified,0.97,C suite,Operations,kim@ours.example,"
        "'+49 30 901820,,'+49 30 901800,Cold,120,optics,http://www.linkedin.com/in/ana-ruiz,"
        "http://www.halden.example,http://www.linkedin.com/company/halden,Berlin,Berlin,Germany,Germany\n",
        {"first_name": "First Name", "last_name": "Last Name", "title": "Title", "company": "Company",
         "email": "Email", "phone": "Work Direct Phone", "website": "Website", "country": "Country"},
    ),
    "Eventbrite attendees": (
        "Order #,Order Date,First Name,Last Name,Email,Quantity,Ticket Type,Attendee #,Cell Phone,Work Phone,"
        "Job Title,Company,Website,Home Country\n"
        "55120,2026-05-04 09:12:33,Ana,Ruiz,ana@halden.example,1,Visitor,991,,+49 30 901820,COO,Halden GmbH,"
        "halden.example,DE\n",
        {"first_name": "First Name", "last_name": "Last Name", "email": "Email", "phone": "Work Phone",
         "title": "Job Title", "company": "Company", "website": "Website", "country": "Home Country",
         "submitted_at": "Order Date"},
    ),
    "Zoom webinar registrants": (
        "First Name,Last Name,Email,Organization,Job Title,Phone,Country/Region Name,Questions & Comments,"
        "Registration Time,Approval Status\n"
        'Ana,Ruiz,ana@halden.example,Halden GmbH,COO,+49 30 901820,Germany,Does it export to Excel?,'
        '"May 4, 2026 09:12:33",approved\n',
        {"first_name": "First Name", "last_name": "Last Name", "email": "Email", "company": "Organization",
         "title": "Job Title", "phone": "Phone", "country": "Country/Region Name",
         "message": "Questions & Comments", "submitted_at": "Registration Time"},
    ),
    "Excel, German": (
        "Anrede;Vorname;Nachname;Firma;Position;Straße;PLZ;Ort;Land;Telefon geschäftlich;Mobil;E-Mail-Adresse;"
        "Internetseite;Anfrage vom;Bemerkungen;Betreuer\n"
        "Frau;Ana;Ruiz;Halden GmbH;Geschäftsführerin;Hauptstr. 4;10115;Berlin;Deutschland;030 901820;;"
        "ana@halden.example;www.halden.example;04.05.2026;Bittet um ein Angebot für 20 Plätze;Kim Park\n",
        {"first_name": "Vorname", "last_name": "Nachname", "company": "Firma", "title": "Position",
         "country": "Land", "phone": "Telefon geschäftlich", "email": "E-Mail-Adresse",
         "website": "Internetseite", "submitted_at": "Anfrage vom", "message": "Bemerkungen"},
    ),
    "Excel, German fair list": (
        "Ansprechpartner;Unternehmen;Funktion;Tel.;Mail;Homepage;Notiz;Datum;Kampagne\n"
        "Ana Ruiz;Halden GmbH;Leiterin Einkauf;030/901820;ana@halden.example;halden.example;"
        "Will im Juni eine Vorführung;04.05.2026;Messe 26\n",
        {"name": "Ansprechpartner", "company": "Unternehmen", "title": "Funktion", "phone": "Tel.",
         "email": "Mail", "website": "Homepage", "message": "Notiz", "submitted_at": "Datum",
         "campaign": "Kampagne"},
    ),
    "Excel, French": (
        "Civilité;Prénom;Nom;Société;Fonction;Adresse e-mail;Téléphone;Portable;Site web;Pays;Commentaires;"
        "Date de création;Commercial\n"
        "Mme;Ana;Ruiz;Halden SARL;Directrice des achats;ana@halden.example;01 23 45 67 89;;www.halden.example;"
        "France;Souhaite un devis pour 20 postes;04/05/2026;Kim Park\n",
        {"first_name": "Prénom", "last_name": "Nom", "company": "Société", "title": "Fonction",
         "email": "Adresse e-mail", "phone": "Téléphone", "website": "Site web", "country": "Pays",
         "message": "Commentaires", "submitted_at": "Date de création"},
    ),
    "Excel, Spanish": (
        "Nombre;Apellidos;Empresa;Cargo;Correo electrónico;Teléfono;Móvil;Página web;País;Mensaje;Fecha de alta;"
        "Campaña\n"
        "Ana;Ruiz Soler;Halden S.L.;Directora de compras;ana@halden.example;+34 912 34 56 78;;www.halden.example;"
        "España;Quiere un presupuesto para 20 puestos;04/05/2026;Feria 26\n",
        {"first_name": "Nombre", "last_name": "Apellidos", "company": "Empresa", "title": "Cargo",
         "email": "Correo electrónico", "phone": "Teléfono", "website": "Página web", "country": "País",
         "message": "Mensaje", "submitted_at": "Fecha de alta", "campaign": "Campaña"},
    ),
    "Excel, Italian": (
        "Nome;Cognome;Azienda;Ruolo;Indirizzo e-mail;Telefono;Cellulare;Sito web;Paese;Messaggio;Data di invio\n"
        "Ana;Ruiz;Halden S.r.l.;Direttrice acquisti;ana@halden.example;+39 02 1234 5678;;www.halden.example;Italia;"
        "Vorrebbe un preventivo;04/05/2026\n",
        {"first_name": "Nome", "last_name": "Cognome", "company": "Azienda", "title": "Ruolo",
         "email": "Indirizzo e-mail", "phone": "Telefono", "website": "Sito web", "country": "Paese",
         "message": "Messaggio", "submitted_at": "Data di invio"},
    ),
    "Excel, Dutch": (
        "Voornaam;Achternaam;Bedrijf;Functie;E-mailadres;Telefoonnummer;Website;Land;Opmerkingen;Aangemaakt op\n"
        "Ana;Ruiz;Halden B.V.;Inkoopmanager;ana@halden.example;+31 20 123 4567;halden.example;Nederland;"
        "Wil graag een offerte;04-05-2026\n",
        {"first_name": "Voornaam", "last_name": "Achternaam", "company": "Bedrijf", "title": "Functie",
         "email": "E-mailadres", "phone": "Telefoonnummer", "website": "Website", "country": "Land",
         "message": "Opmerkingen", "submitted_at": "Aangemaakt op"},
    ),
    "Excel, Portuguese": (
        "Nome completo;Empresa;Cargo;E-mail;Telefone;Site;País;Mensagem;Data de cadastro;Campanha\n"
        "Ana Ruiz;Halden Lda;Diretora de compras;ana@halden.example;+351 21 123 4567;halden.example;Portugal;"
        "Gostaria de um orçamento;04/05/2026;Feira 26\n",
        {"name": "Nome completo", "company": "Empresa", "title": "Cargo", "email": "E-mail",
         "phone": "Telefone", "website": "Site", "country": "País", "message": "Mensagem",
         "submitted_at": "Data de cadastro", "campaign": "Campanha"},
    ),
    "Excel, Polish": (
        "Imię;Nazwisko;Firma;Stanowisko;Adres e-mail;Telefon;Strona www;Kraj;Wiadomość;Data zgłoszenia\n"
        "Ana;Ruiz;Halden sp. z o.o.;Kierownik zakupów;ana@halden.example;+48 22 123 45 67;halden.example;Polska;"
        "Proszę o ofertę;2026-05-04\n",
        {"first_name": "Imię", "last_name": "Nazwisko", "company": "Firma", "title": "Stanowisko",
         "email": "Adres e-mail", "phone": "Telefon", "website": "Strona www", "country": "Kraj",
         "message": "Wiadomość", "submitted_at": "Data zgłoszenia"},
    ),
    "Excel, English by hand": (
        "Contact Person,Account,Role,Work email,Direct dial,Site,Enquiry,Date received,Sales rep,Rep email\n"
        "Ana Ruiz,Halden GmbH,Head of Purchasing,ana@halden.example,+49 30 901820,halden.example,"
        "Needs 20 seats by June,2026-05-04,Kim Park,kim@ours.example\n",
        {"name": "Contact Person", "company": "Account", "title": "Role", "email": "Work email",
         "phone": "Direct dial", "website": "Site", "message": "Enquiry", "submitted_at": "Date received"},
    ),
    "columns by content": (
        "A,B,C,D,E\n"
        "1,Ana Ruiz,ana@halden.example,+49 30 901820,Could you send a price for twenty seats before June please\n"
        "2,Bo Chen,bo@delmar.example,+44 20 79460018,We would like to see the scanner in our plant in Leeds\n",
        {"email": "C", "phone": "D", "message": "E"},
    ),
    "columns with odd names": (
        "id;kontaktdaten_1;kontaktdaten_2;wer;wo\n"
        "1;ana@halden.example;030 901820;Ana Ruiz;Halden GmbH\n2;bo@delmar.example;030 901821;Bo Chen;Delmar GmbH\n",
        {"email": "kontaktdaten_1", "phone": "kontaktdaten_2"},
    ),
    "the owner's address first": (
        "Owner Email,Owner Phone,Full Name,Contact Email,Contact Phone,Org\n"
        "kim@ours.example,+49 30 100,Ana Ruiz,ana@halden.example,+49 30 901820,Halden GmbH\n",
        {"name": "Full Name", "email": "Contact Email", "phone": "Contact Phone", "company": "Org"},
    ),
}  # fmt: skip
