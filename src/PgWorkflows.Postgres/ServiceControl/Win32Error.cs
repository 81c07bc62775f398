using System.Globalization;

namespace PgWorkflows.Postgres.ServiceControl;

/// <summary>Names the errors of the Windows service manager that an operator meets.</summary>
internal static class Win32Error
{
    public const int ServiceSpecific = 1066;

    private static readonly Dictionary<int, string> Names = new()
    {
        [2] = "ERROR_FILE_NOT_FOUND",
        [5] = "ERROR_ACCESS_DENIED",
        [1051] = "ERROR_DEPENDENT_SERVICES_RUNNING",
        [1052] = "ERROR_INVALID_SERVICE_CONTROL",
        [1053] = "ERROR_SERVICE_REQUEST_TIMEOUT",
        [1056] = "ERROR_SERVICE_ALREADY_RUNNING",
        [1058] = "ERROR_SERVICE_DISABLED",
        [1060] = "ERROR_SERVICE_DOES_NOT_EXIST",
        [1061] = "ERROR_SERVICE_CANNOT_ACCEPT_CTRL",
        [1062] = "ERROR_SERVICE_NOT_ACTIVE",
        [ServiceSpecific] = "ERROR_SERVICE_SPECIFIC_ERROR",
        [1067] = "ERROR_PROCESS_ABORTED",
        [1068] = "ERROR_SERVICE_DEPENDENCY_FAIL",
        [1069] = "ERROR_SERVICE_LOGON_FAILED",
        [1072] = "ERROR_SERVICE_MARKED_FOR_DELETE",
        [1077] = "ERROR_SERVICE_NEVER_STARTED",
        [1722] = "RPC_S_SERVER_UNAVAILABLE",
    };

    /// <summary>Number and name; the number alone when the name is not known.</summary>
    public static string Describe(int number)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        return Names.TryGetValue(number, out var name) ? $"{digits} {name}" : $"error {digits}";
    }
}
