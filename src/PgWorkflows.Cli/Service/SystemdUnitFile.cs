using System.Text;
using PgWorkflows.Postgres.ServiceControl;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Cli.Service;

/// <summary>The texts of the unit and of the rule that lets it act on other units.</summary>
internal static class SystemdUnitFile
{
    /// <summary>The first line of what we have written; a file without it is somebody else's and left alone.</summary>
    public const string Mark = "# Written by 'pgw service install'; changes belong into a drop-in (systemctl edit).";

    /// <summary>Where systemd makes data folders by itself, with the right owner.</summary>
    public const string StateRoot = "/var/lib/";

    public static string Text(ServicePlan plan)
    {
        var unit = new StringBuilder($"""
            {Mark}
            [Unit]
            Description=PgWorkflows, protection of PostgreSQL servers
            After=network.target dbus.service
            StartLimitIntervalSec=300
            StartLimitBurst=10

            [Service]
            Type=notify
            NotifyAccess=main
            ExecStart={Quote(Path.Combine(plan.Programs, "pgw"))} serve --config {Quote(plan.ConfigurationFile)} --data {Quote(plan.Data)}
            WorkingDirectory=/
            User={plan.Account}
            UMask=0077
            Restart=on-failure
            RestartSec=5
            WatchdogSec=60
            TimeoutStartSec=120
            TimeoutStopSec=120

            """);
        if (plan.DotnetRoot is { } root)
            unit.AppendLine($"Environment={Quote("DOTNET_ROOT=" + root)}");
        // Not one of our processes is worth a server: with pg_ctl the servers are in this unit's control group too.
        unit.AppendLine(plan.StartsServersItself ? "KillMode=process" : "KillMode=mixed");
        if (plan.Data.StartsWith(StateRoot, StringComparison.Ordinal) && plan.Data.Length > StateRoot.Length)
            unit.AppendLine($"StateDirectory={Quote(plan.Data[StateRoot.Length..])}").AppendLine("StateDirectoryMode=0700");
        AppendHardening(unit, plan);
        unit.Append("""

            [Install]
            WantedBy=multi-user.target

            """);
        return unit.ToString().ReplaceLineEndings("\n");
    }

    /// <summary>The polkit rule that lets the account start and stop the units of its resources and nothing else; null when none is needed.</summary>
    public static string? PolkitRule(ServicePlan plan)
    {
        var units = plan.Resources.Where(resource => resource.ServiceControl == ServiceControlKind.Systemd)
            .Select(resource => SystemdUnitName.Of(resource.Service)).Distinct(StringComparer.Ordinal).ToList();
        if (units.Count == 0 || plan.Account == "root")
            return null;
        return $$"""
            {{Mark.Replace("#", "//", StringComparison.Ordinal).Replace(" changes belong into a drop-in (systemctl edit).", " run it again after changing the resources.", StringComparison.Ordinal)}}
            polkit.addRule(function (action, subject) {
                var units = [{{string.Join(", ", units.Select(Script))}}];
                var verbs = ["start", "stop"];
                if (action.id == "org.freedesktop.systemd1.manage-units" && subject.user == {{Script(plan.Account)}}
                    && units.indexOf(action.lookup("unit")) >= 0 && verbs.indexOf(action.lookup("verb")) >= 0)
                    return polkit.Result.YES;
            });

            """.ReplaceLineEndings("\n");
    }

    private static void AppendHardening(StringBuilder unit, ServicePlan plan)
    {
        unit.Append("""

            NoNewPrivileges=yes
            ProtectKernelTunables=yes
            ProtectKernelModules=yes
            ProtectKernelLogs=yes
            ProtectControlGroups=yes
            ProtectClock=yes
            ProtectHostname=yes
            PrivateDevices=yes
            RestrictNamespaces=yes
            RestrictRealtime=yes
            RestrictSUIDSGID=yes
            LockPersonality=yes
            SystemCallArchitectures=native
            SystemCallFilter=@system-service
            RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

            """);
        // As root it becomes the data directories' owners for their commands, and looks into what belongs to them.
        unit.AppendLine(plan.Account == "root" ? "CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_CHOWN CAP_FOWNER CAP_SYS_PTRACE" : "CapabilityBoundingSet=");
        if (!IsBelowHome(plan.Programs) && !IsBelowHome(plan.ConfigurationFile) && !IsBelowHome(plan.Data) && !plan.Resources.Any(resource => IsBelowHome(resource.DataDirectory)))
            unit.AppendLine("ProtectHome=yes");
        if (plan.StartsServersItself)
        {
            // The servers need their sockets, tablespaces and logs, wherever those are.
            unit.AppendLine("ProtectSystem=full");
            return;
        }

        unit.AppendLine("PrivateTmp=yes").AppendLine("ProtectSystem=strict");
        if (!plan.Data.StartsWith(StateRoot, StringComparison.Ordinal))
            unit.AppendLine($"ReadWritePaths={Quote(plan.Data)}");
    }

    private static bool IsBelowHome(string path) => path.StartsWith("/home/", StringComparison.Ordinal) || path.StartsWith("/root/", StringComparison.Ordinal) || path.StartsWith("/run/user/", StringComparison.Ordinal);

    /// <summary>One word of a unit file: quoted, with systemd's specifiers, variables and escapes made plain.</summary>
    public static string Quote(string word)
    {
        var plain = word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return plain.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '_' or '-' or '=' or '@' or ':') ? plain : $"\"{plain}\"";
    }

    private static string Script(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
