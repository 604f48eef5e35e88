"""Family, guardians and other close people of one register."""

import django.db.models.deletion
import django.utils.timezone
import partnership.audit_trail.history
import partnership.isolation.pointers
import partnership.isolation.policies
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0017_linked_records_and_counted_places'),
        ('partnership', '0016_agreements_let_open_cases_run'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('parent', 'parent'), ('child', 'child'), ('guardian', 'guardian'), ('ward', 'in the guardianship of the person'), ('sibling', 'sister or brother'), ('partner', 'spouse or partner'), ('relative', 'other relative'), ('close', 'close person')], max_length=20, verbose_name='relation')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.person')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='partnership.partner')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='cases.person')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'relation',
                'constraints': [models.UniqueConstraint(fields=('partner', 'person', 'other'), name='related_once'), models.CheckConstraint(condition=models.Q(('person__lt', models.F('other'))), name='relation_in_order'), partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='person', name='cases_relation.own_person'), partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='other', name='cases_relation.own_other'), partnership.isolation.policies.Grant(name='cases_relation.web', privileges='SELECT, INSERT, UPDATE, DELETE', role='web'), partnership.isolation.policies.Policy(command='ALL', name='cases_relation.own', role='web', using='partner_id = (select portal_acting_partner())'), partnership.isolation.policies.Policy(command='INSERT', name='cases_relation.signed_recorded_by', only_narrows=True, role='web', using='recorded_by_id = (select portal_acting_user())'), partnership.audit_trail.history.Recorded(about_person=True, leaves_out=(), name='cases_relation.recorded', number='person_id', partners=('partner_id',), record='person')],
            },
        ),
    ]
