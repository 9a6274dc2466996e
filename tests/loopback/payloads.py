"""The world as Discord writes it down: one function for each kind of object."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import TYPE_CHECKING

from tests.loopback.world import (
    ALL,
    HAS_THREAD,
    Attachment,
    Channel,
    Guild,
    Json,
    Kind,
    Message,
    Permission,
    Role,
    User,
)

if TYPE_CHECKING:
    from tests.loopback.interactions import Interaction


def time_of(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name.capitalize(),
        "discriminator": "0",
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member_json(user: User, guild: Guild, *, with_user: bool = True, channel: Channel | None = None) -> Json:
    """Return a member; with permissions where a channel is given, as in interactions."""
    member: Json = {
        "roles": [str(role.id) for role in user.roles.get(guild.id, [])],
        "nick": user.nicks.get(guild.id),
        "avatar": None,
        "joined_at": time_of(guild.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    if with_user:
        member["user"] = user_json(user)
    if channel is not None:
        member["permissions"] = str(int(channel.permissions(user)))
    return member


def role_json(role: Role) -> Json:
    return {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(int(role.permissions)),
        "managed": role.of_bot is not None,
        "mentionable": role.mentionable,
        "flags": 0,
        **({"tags": {"bot_id": str(role.of_bot)}} if role.of_bot is not None else {}),
    }


def channel_json(channel: Channel) -> Json:
    """Return a channel, thread or direct conversation."""
    last = channel.last_message
    common: Json = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "last_message_id": str(last.id) if last else None,
        "flags": 0,
    }
    if channel.guild is None:
        group = {"name": channel.name, "owner_id": str(channel.recipients[0].id), "icon": None}
        return (
            common
            | {"recipients": [user_json(each) for each in channel.recipients if not each.bot]}
            | (group if channel.kind is Kind.GROUP else {})
        )
    common |= {"name": channel.name, "guild_id": str(channel.guild.id), "rate_limit_per_user": 0}
    if channel.is_thread:
        return common | {
            "parent_id": str(channel.parent.id) if channel.parent else None,
            "owner_id": str(channel.owner.id) if channel.owner else None,
            "message_count": len(channel.messages),
            "member_count": 1,
            "total_message_sent": len(channel.messages),
            "thread_metadata": {
                "archived": channel.archived,
                "auto_archive_duration": channel.auto_archive_duration,
                "archive_timestamp": time_of(channel.created_at),
                "create_timestamp": time_of(channel.created_at),
                "locked": channel.locked,
            },
        }
    common |= {
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "permission_overwrites": [
            {"id": str(each), "type": int(person), "allow": str(int(allow)), "deny": str(int(deny))}
            for each, (allow, deny, person) in channel.overwrites.items()
        ],
    }
    if channel.kind is Kind.FORUM:
        common |= {"available_tags": [], "default_reaction_emoji": None, "default_sort_order": None}
        common |= {"default_forum_layout": 0, "template": ""}
    return common


def guild_json(guild: Guild, bot: User) -> Json:
    """Return a whole server, as GUILD_CREATE has it without the members intent: the only member is the bot."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "owner_id": str(guild.owner.id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "roles": [role_json(each) for each in guild.roles.values()],
        "emojis": [],
        "stickers": [],
        "features": [],
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": guild.locale,
        "nsfw": False,
        "nsfw_level": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "premium_subscription_count": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "home_header": None,
        "region": "deprecated",
        "incidents_data": None,
        "joined_at": time_of(guild.joined_at),
        "large": guild.member_count > 250,
        "member_count": guild.member_count,
        "members": [member_json(bot, guild)],
        "channels": [channel_json(each) for each in guild.channels.values()],
        "threads": [channel_json(each) for each in guild.threads.values() if not each.archived],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(attachment: Attachment) -> Json:
    return {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data) if attachment.claimed is None else attachment.claimed,
        "url": attachment.url,
        "proxy_url": attachment.url,
        "content_type": attachment.content_type,
        **({"description": attachment.description} if attachment.description else {}),
    }


def message_json(message: Message, *, nested: bool = False, reads: bool = True) -> Json:
    """Return a message.

    Args:
        message: Which.
        nested: Whether it stands inside another, as the message replied to: then that one's own is left out.
        reads: False where the content is withheld, as from a bot without the message-content intent.
    """
    body: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "author": user_json(message.author),
        "content": message.content if reads else "",
        "timestamp": time_of(message.created_at),
        "edited_timestamp": time_of(message.edited_at),
        "tts": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(each) for each in message.mentions],
        "mention_roles": [str(each.id) for each in message.mention_roles],
        "attachments": [attachment_json(each) for each in message.attachments] if reads else [],
        "embeds": message.embeds if reads else [],
        "components": message.components if reads else [],
        "pinned": False,
        "type": message.kind,
        "flags": message.flags | (HAS_THREAD if message.thread else 0),
    }
    if message.nonce is not None and not nested:
        body["nonce"] = message.nonce
    if message.author.is_webhook:
        body["webhook_id"] = str(message.author.id)
    elif message.author.bot:
        body["application_id"] = str(message.author.id)
    if message.interaction is not None:
        body["webhook_id"] = str(message.author.id)
        body["interaction_metadata"] = metadata_json(message.interaction)
    if message.thread is not None:
        body["thread"] = channel_json(message.thread)
    if message.reference_id is not None:
        body["message_reference"] = {
            "type": 0,
            "message_id": str(message.reference_id),
            "channel_id": str(message.channel.id),
            **({"guild_id": str(message.channel.guild.id)} if message.channel.guild else {}),
        }
        if not nested:
            there = message.reference is not None and not message.reference.deleted
            body["referenced_message"] = (
                message_json(message.reference, nested=True, reads=reads or message.reference.author.bot)
                if there and message.reference
                else None
            )
    return body


def message_event(message: Message, *, reads: bool) -> Json:
    """Return a message as MESSAGE_CREATE and MESSAGE_UPDATE have it: with the server and the member."""
    body = message_json(message, reads=reads)
    guild = message.channel.guild
    if guild is not None:
        body["guild_id"] = str(guild.id)
        if message.interaction is None and not message.author.is_webhook:
            body["member"] = member_json(message.author, guild, with_user=False)
        body["mentions"] = [
            user_json(each) | {"member": member_json(each, guild, with_user=False)} for each in message.mentions
        ]
    return body


def metadata_json(interaction: Interaction) -> Json:
    body: Json = {
        "id": str(interaction.id),
        "type": interaction.type,
        "user": user_json(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }
    if interaction.opened_by is not None:
        body["triggering_interaction_metadata"] = metadata_json(interaction.opened_by)
    elif interaction.message is not None:
        body["interacted_message_id"] = str(interaction.message.id)
    return body


def interaction_json(interaction: Interaction, bot: User) -> Json:
    """Return an interaction as INTERACTION_CREATE has it."""
    channel, guild, user = interaction.channel, interaction.channel.guild, interaction.user
    body: Json = {
        "id": str(interaction.id),
        "application_id": str(bot.id),
        "type": interaction.type,
        "data": interaction.data,
        "token": interaction.token,
        "version": 1,
        "channel_id": str(channel.id),
        "channel": channel_json(channel),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.owners,
        "context": interaction.context,
        "attachment_size_limit": 10_485_760,
    }
    if guild is not None:
        may = channel.permissions(bot) if guild.has_bot else channel.permissions(user) & ~Permission.MENTION_EVERYONE
        body |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member_json(user, guild, channel=channel),
            "app_permissions": str(int(may)),
        }
        body["channel"]["permissions"] = body["member"]["permissions"]
    else:
        body["user"] = user_json(user)
        body["app_permissions"] = str(int(channel.permissions(bot) & ALL))
    if interaction.message is not None:
        body["message"] = copy.deepcopy(message_json(interaction.message))
    return body
