"""Sessions can be ended, secrets of second factors are encrypted, who audits is decided by two, administrators leave lines."""

import re

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import partnership.audit_trail.history
import partnership.isolation.pointers
import partnership.isolation.policies
import partnership.isolation.triggers
from partnership.isolation import encryption

IN_THE_CLEAR = re.compile(r"[A-Z2-7]+=*|[0-9a-f]+")
"""The secret of an authenticator app, or the seed of recovery codes, as the library makes them."""


def encrypt_second_factors(apps, schema_editor):
    for authenticator in apps.get_model("mfa", "Authenticator").objects.filter(type__in=["totp", "recovery_codes"]):
        for name in ("secret", "seed"):
            secret = authenticator.data.get(name, "")
            if IN_THE_CLEAR.fullmatch(secret):
                authenticator.data[name] = encryption.encrypt(secret)
        authenticator.save()

TWO_PEOPLE = """
CREATE FUNCTION portal_had_manager(partner bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM public.partnership_membership WHERE partner_id = partner AND is_manager)
$$;

-- Whether two people have agreed on a change of this membership in this very transaction.
CREATE FUNCTION portal_agreed_now(membership bigint) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  RETURN EXISTS (SELECT FROM public.partnership_rolechange
                  WHERE membership_id = membership AND state = 'confirmed' AND decided_at = now());
END $$;

-- Coordinators and auditors are members of the office, and the office has no others.
CREATE FUNCTION portal_role_fits(partner bigint, role text) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF (role IN ('coordinator', 'auditor')) <> (SELECT kind = 'coordination' FROM public.partnership_partner WHERE id = partner) THEN
    RAISE EXCEPTION 'This partner has no members in that role.' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
END $$;

-- Nobody makes, changes or ends an auditor's membership alone: in this transaction two people have agreed on it, or whoever was
-- invited accepts.
CREATE FUNCTION portal_auditors_by_two() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  is_auditor boolean := NEW.role = 'auditor' AND NEW.is_active;
BEGIN
  IF NEW.is_active THEN PERFORM public.portal_role_fits(NEW.partner_id, NEW.role); END IF;
  IF TG_OP = 'UPDATE' THEN
    IF (OLD.user_id, OLD.partner_id, OLD.role, OLD.is_manager, OLD.is_active)
       IS NOT DISTINCT FROM (NEW.user_id, NEW.partner_id, NEW.role, NEW.is_manager, NEW.is_active) THEN
      RETURN NEW;
    END IF;
    is_auditor := is_auditor OR (OLD.role = 'auditor' AND OLD.is_active);
  END IF;
  IF NOT is_auditor THEN RETURN NEW; END IF;
  IF TG_OP = 'UPDATE' AND (OLD.user_id, OLD.partner_id) = (NEW.user_id, NEW.partner_id) AND EXISTS (
    SELECT FROM public.partnership_rolechange c
     WHERE c.membership_id = NEW.id AND c.state = 'confirmed' AND c.decided_at = now()
       AND (c.role, c.is_manager, c.is_active) = (NEW.role, NEW.is_manager, NEW.is_active)
  ) THEN RETURN NEW; END IF;
  IF public.portal_acting_role() = 'signing in' AND EXISTS (
    SELECT FROM public.partnership_invitation i JOIN public.partnership_user u ON u.email = i.email
     WHERE u.id = NEW.user_id AND i.partner_id = NEW.partner_id AND (i.role, i.is_manager) = (NEW.role, NEW.is_manager)
       AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()
  ) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'Who audits is decided by two.' USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- The same of an auditor's invitation; where nobody else could agree, the invited one's acceptance is the second.
CREATE FUNCTION portal_auditors_invited_by_two() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM public.portal_role_fits(NEW.partner_id, NEW.role);
  IF NEW.role <> 'auditor' OR EXISTS (
    SELECT FROM public.partnership_rolechange c
     WHERE c.partner_id = NEW.partner_id AND c.email = NEW.email AND c.state = 'confirmed' AND c.decided_at = now()
       AND (c.role, c.is_manager) = (NEW.role, NEW.is_manager)
  ) OR NOT EXISTS (
    SELECT FROM public.partnership_membership m
     WHERE m.partner_id = NEW.partner_id AND m.is_active
       AND (m.role = 'auditor' OR m.is_manager AND m.user_id <> public.portal_acting_user())
  ) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'Who audits is decided by two.' USING ERRCODE = 'integrity_constraint_violation';
END $$;
REVOKE ALL ON FUNCTION portal_auditors_by_two(), portal_auditors_invited_by_two() FROM PUBLIC;
"""
GONE = """
DROP FUNCTION portal_auditors_by_two(), portal_auditors_invited_by_two(), portal_role_fits(bigint, text), portal_agreed_now(bigint),
  portal_had_manager(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0007_nothing_of_a_name"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        # Deleting an address looks for confirmations of it, which are signed links and leave no row.
        migrations.RunSQL(
            "ALTER TABLE account_emailconfirmation ENABLE ROW LEVEL SECURITY;"
            " CREATE POLICY none_there ON account_emailconfirmation TO portal_web USING (false);"
            " GRANT SELECT, DELETE ON account_emailconfirmation TO portal_web",
            "REVOKE SELECT, DELETE ON account_emailconfirmation FROM portal_web;"
            " DROP POLICY none_there ON account_emailconfirmation;"
            " ALTER TABLE account_emailconfirmation DISABLE ROW LEVEL SECURITY",
        ),
        migrations.AddField(
            model_name="user",
            name="session_generation",
            field=models.PositiveIntegerField(default=0, help_text="Counted up, it ends all sessions of before."),
        ),
        migrations.RunPython(encrypt_second_factors, migrations.RunPython.noop),
        migrations.RunSQL(TWO_PEOPLE, GONE),
        migrations.CreateModel(
            name='AccountChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deed', models.CharField(choices=[('address', 'Email address changed by an administrator'), ('factor', 'Second factor removed by an administrator'), ('closed', 'Account closed by an administrator'), ('opened', 'Account opened again by an administrator'), ('appointed', 'Made an administrator of the service'), ('dismissed', 'No longer an administrator of the service')], max_length=10, verbose_name='account')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='RoleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('role', models.CharField(choices=[('caseworker', 'Caseworker'), ('case_manager', 'Case manager'), ('police_liaison', 'Police liaison'), ('police_data_officer', 'Police data officer'), ('coordinator', 'Coordinator'), ('auditor', 'Auditor')], max_length=30, verbose_name='role')),
                ('is_manager', models.BooleanField(verbose_name="manages the partner's members")),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('state', models.CharField(choices=[('proposed', 'Waits for a second person'), ('confirmed', 'Confirmed'), ('rejected', 'Rejected')], default='proposed', max_length=10, verbose_name='state')),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'change of who audits',
            },
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='partnership_invitation.see',
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='partnership_invitation.invite',
        ),
        migrations.RemoveConstraint(
            model_name='invitation',
            name='partnership_invitation.change',
        ),
        migrations.RemoveConstraint(
            model_name='membership',
            name='partnership_membership.managers_change_members',
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_invitation.see', role='web', using="(partner_id = (select portal_acting_partner()) or (select portal_acting_role()) = 'signing in' or (((select portal_acting_role()) = 'coordinator' or (select portal_acting_administrator())) and is_manager))"),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_invitation.invite', role='web', using="((partner_id = (select portal_acting_partner()) and ((select portal_acting_manager()) or (select portal_acting_role()) = 'auditor' and role = 'auditor')) or (((select portal_acting_role()) = 'coordinator' or (select portal_acting_administrator())) and is_manager and role <> 'auditor' and not portal_had_manager(partner_id)))"),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=partnership.isolation.triggers.Asked(columns=('partner_id', 'email', 'role', 'is_manager'), function='portal_auditors_invited_by_two', name='partnership_invitation.auditors_by_two'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=partnership.isolation.policies.Policy(command='UPDATE', name='partnership_invitation.change', role='web', using="((partner_id = (select portal_acting_partner()) and ((select portal_acting_manager()) or (select portal_acting_role()) = 'auditor' and role = 'auditor')) or (select portal_acting_role()) = 'signing in')"),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=partnership.isolation.triggers.Fixed(columns=('user_id', 'partner_id', 'role', 'is_manager', 'is_active'), name='partnership_membership.managers_change_members', when="current_user = 'portal_web' and not portal_acting_manager() and portal_acting_role() <> 'signing in' and not portal_agreed_now(old.id)"),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=partnership.isolation.triggers.Asked(columns=('user_id', 'partner_id', 'role', 'is_manager', 'is_active'), function='portal_auditors_by_two', name='partnership_membership.auditors_by_two'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'coordination')), fields=('kind',), name='one_coordination_office'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=partnership.isolation.triggers.Fixed(columns=('kind',), name='partnership_partner.stays_of_its_kind', when="current_user = 'portal_web'"),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=partnership.isolation.triggers.Fixed(columns=('is_active',), name='partnership_partner.the_office_stays', when="current_user = 'portal_web' and old.kind = 'coordination'"),
        ),
        migrations.AddField(
            model_name='accountchange',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.membership'),
        ),
        migrations.AddField(
            model_name='accountchange',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='rolechange',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by'),
        ),
        migrations.AddField(
            model_name='rolechange',
            name='membership',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='role_changes', to='partnership.membership'),
        ),
        migrations.AddField(
            model_name='rolechange',
            name='partner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='partnership.partner'),
        ),
        migrations.AddField(
            model_name='rolechange',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='rolechange',
            name='proposed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by'),
        ),
        migrations.AddConstraint(
            model_name='accountchange',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='membership', name='partnership_accountchange.own_membership'),
        ),
        migrations.AddConstraint(
            model_name='accountchange',
            constraint=partnership.isolation.policies.Grant(name='partnership_accountchange.web', privileges='SELECT, INSERT', role='web'),
        ),
        migrations.AddConstraint(
            model_name='accountchange',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_accountchange.see', role='web', using='(select portal_acting_administrator())'),
        ),
        migrations.AddConstraint(
            model_name='accountchange',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_accountchange.administer', role='web', using='(select portal_acting_administrator())'),
        ),
        migrations.AddConstraint(
            model_name='accountchange',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=('id', 'partner_id', 'membership_id', 'at'), name='partnership_accountchange.recorded', number='membership_id', partners=('partner_id',), record='member'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('membership__isnull', True), ('person__isnull', True), models.Q(('email', ''), _negated=True)), models.Q(('email', ''), ('membership__isnull', False), ('person__isnull', False)), _connector='OR'), name='role_change_of_member_or_invitation'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_by', None), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_by__isnull', False)), _connector='OR'), name='role_change_decided_by_one'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('proposed_by')), ('state', 'confirmed'), _negated=True), name='role_change_takes_two'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('partner', 'membership'), name='one_open_role_change_a_member'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed'), models.Q(('email', ''), _negated=True)), fields=('partner', 'email'), name='one_open_role_change_an_address'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.pointers.SameOwner(by={'partner_id': 'partner_id'}, field='membership', name='partnership_rolechange.own_membership'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.policies.Grant(name='partnership_rolechange.web', privileges='SELECT, INSERT, UPDATE', role='web'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.policies.Policy(command='SELECT', name='partnership_rolechange.see', role='web', using='partner_id = (select portal_acting_partner())'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_rolechange.propose', role='web', using="partner_id = (select portal_acting_partner()) and (select portal_acting_manager()) and state = 'proposed'"),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.policies.Policy(command='INSERT', name='partnership_rolechange.signed_proposed_by', only_narrows=True, role='web', using='proposed_by_id = (select portal_acting_user())'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.policies.Policy(check='partner_id = (select portal_acting_partner()) and decided_by_id = (select portal_acting_user())', command='UPDATE', name='partnership_rolechange.decide', role='web', using="partner_id = (select portal_acting_partner()) and ((select portal_acting_manager()) or (select portal_acting_role()) = 'auditor' or person_id = (select portal_acting_user()))"),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.triggers.Fixed(columns=('partner_id', 'membership_id', 'person_id', 'email', 'role', 'is_manager', 'is_active', 'proposed_by_id'), name='partnership_rolechange.stays_as_proposed', when='true'),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.isolation.triggers.Fixed(columns=('state', 'decided_by_id', 'decided_at'), name='partnership_rolechange.stays_decided', when="old.state <> 'proposed'"),
        ),
        migrations.AddConstraint(
            model_name='rolechange',
            constraint=partnership.audit_trail.history.Recorded(about_person=False, leaves_out=(), name='partnership_rolechange.recorded', number='id', partners=('partner_id',), record='role_change'),
        ),
    ]
