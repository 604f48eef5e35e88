"""What a notice's colour keeps, its history keeps too; a second look is a second one; answers to surveys come out in no order."""

import datetime
import django.db.models.deletion
import partnership.audit_trail.history
import partnership.isolation.policies
import partnership.isolation.triggers
from django.conf import settings
from django.db import migrations, models

from programs.notices.second_look import DROP_FUNCTION, FUNCTION
from programs.surveys.answering import DROP_READING, READING

OWNED = """
UPDATE partnership_recordchange c
   SET partner_id = coalesce((SELECT n.partner_id FROM programs_notice n WHERE n.id = c.object_id), c.acting_for_id)
 WHERE c.record = 'notice' AND c.partner_id IS NULL;
UPDATE partnership_recordchangecontent t SET partner_id = c.partner_id
  FROM partnership_recordchange c WHERE c.id = t.change_id AND t.record = 'notice' AND t.partner_id IS NULL;
"""
"""A history without an owner is everybody's: that of a notice is its partner's, from the first one on."""


class Migration(migrations.Migration):

    dependencies = [
        ('partnership', '0032_ended_once'),
        ('programs', '0020_who_gives_certificates_and_answers_in_tens'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(FUNCTION, DROP_FUNCTION),
        migrations.RunSQL(READING, DROP_READING),
        migrations.RunSQL(OWNED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='surveytext',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='texts', to='programs.question'),
        ),
        migrations.RemoveConstraint(
            model_name='eventpromise',
            name='programs_eventpromise.stays_closed',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='programs_notice.districts.own_insert',
        ),
        migrations.RemoveConstraint(
            model_name='notice',
            name='programs_notice.recorded',
        ),
        migrations.RemoveConstraint(
            model_name='surveyanswer',
            name='programs_surveyanswer.web_columns',
        ),
        migrations.RemoveConstraint(
            model_name='surveytext',
            name='programs_surveytext.web',
        ),
        migrations.RemoveConstraint(
            model_name='surveytext',
            name='programs_surveytext.own_texts',
        ),
        migrations.RemoveConstraint(
            model_name='wave',
            name='programs_wave.stays_over',
        ),
        migrations.RemoveConstraint(
            model_name='wave',
            name='programs_wave.stays_as_published',
        ),
        migrations.AddConstraint(
            model_name='communityevent',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__gte', datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('starts_at__lt', datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='community_event_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='coursesession',
            constraint=models.CheckConstraint(condition=models.Q(('starts_at__gte', datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), ('starts_at__lt', datetime.datetime(2200, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))), name='course_session_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.triggers.Fixed(columns=('state', 'closed_on', 'outcome', 'is_public'), name='programs_eventpromise.stays_closed', when="old.state <> 'open'"),
        ),
        migrations.AddConstraint(
            model_name='eventpromise',
            constraint=partnership.isolation.triggers.Fixed(columns=('is_public',), name='programs_eventpromise.late_in_public', when='old.is_public and old.due_on < portal_today()'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('seen_from__gte', datetime.date(1900, 1, 1)), ('seen_from__lt', datetime.date(2200, 1, 1))), name='notice_seen_in_our_time', violation_error_message='Choose a day between 1900 and 2200.'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='programs_notice.districts.own_insert', role='web', through='districts', using="exists (\n select from programs_notice n where n.id = notice_id and n.partner_id = (select portal_acting_partner()) and n.state = 'draft' and n.written_by_id = (select portal_acting_user()))"),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=partnership.isolation.triggers.Asked(columns=('kind', 'substances', 'seen_from', 'seen_to', 'text', 'advice', 'severity', 'reliability', 'credibility', 'tlp', 'valid_until', 'state', 'checked_by_id'), function='portal_second_look', name='programs_notice.second_look'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='programs_notice.recorded', number='id', partners=('partner_id',), record='notice'),
        ),
        migrations.AddConstraint(
            model_name='surveyanswer',
            constraint=partnership.isolation.policies.Grant(columns=('id', 'partner_id', 'wave_id'), name='programs_surveyanswer.web_columns', privileges='SELECT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.triggers.Fixed(columns=('opens_on', 'closes_on', 'is_closed', 'method', 'population', 'design_effect'), name='programs_wave.stays_over', when='old.is_closed or old.closes_on < current_date'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.triggers.Fixed(columns=('name',), name='programs_wave.stays_as_published', when='old.published_on is not null'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=partnership.isolation.triggers.Asked(columns=('method',), function='portal_wave_method', name='programs_wave.stays_as_answered'),
        ),
    ]
