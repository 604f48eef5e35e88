"""Referrals of prisons; programmes that work in custody and with families."""

import django.contrib.postgres.fields
import programs.catalogue.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("programs", "0024_library_and_funding_calls"),
    ]

    operations = [
        migrations.AlterField(
            model_name='programme',
            name='accepts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('arrest_diversion', 'Arrest diversion'), ('social_contact', 'Social contact'), ('court', 'Court or prosecutor referral'), ('ngo_to_ngo', 'NGO to NGO'), ('self', 'Self-referral'), ('school_or_guardian', 'School or guardian (under 18)'), ('prison', 'Prison or probation referral')], max_length=30), default=list, size=None, verbose_name='kinds of referral it takes'),
        ),
        migrations.AlterField(
            model_name='programme',
            name='kind',
            field=models.CharField(choices=[('diversion', 'Diversion'), ('rehabilitation', 'Rehabilitation'), ('harm_reduction', 'Harm reduction'), ('peer_support', 'Peer support'), ('mentoring', 'Mentoring'), ('youth', 'Youth early intervention'), ('awareness', 'Awareness'), ('legal_aid', 'Legal aid'), ('vocational', 'Vocational training'), ('community', 'Community activities'), ('drug_court', 'Drug court'), ('therapeutic_community', 'Therapeutic community'), ('halfway_house', 'Halfway house'), ('family_support', 'Support for relatives')], max_length=30, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='programme',
            name='parts',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('assessments', 'Assessments'), ('plan', 'Plan and goals'), ('team', 'Care team across organisations'), ('phases', 'Phases, responses and reviews'), ('beds', 'Beds and stays'), ('legal', 'Legal matters'), ('mediation', 'Mediation'), ('fellowships', 'Fellowships with stipends'), ('custody', 'Support in custody and the way out'), ('families', 'Family sessions and parenting groups')], max_length=20), blank=True, default=programs.catalogue.models.usual_parts, help_text='The page of a participation shows these, besides sessions and notes.', size=None, verbose_name='used in casework'),
        ),
    ]
