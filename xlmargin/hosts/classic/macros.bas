Attribute VB_Name = "xlmargin_macros"
' What the buttons of xlmargin do.
Option Explicit

Public Sub Auto_Open()
    On Error Resume Next
    Application.Run "'" & ThisWorkbook.Name & "'!XlmDescribeFunctions"
    ThisWorkbook.Saved = True
End Sub

Public Sub XlmRefresh()
    ' Calculates all formulas of the open workbooks as if each had just been entered.
    Application.CalculateFullRebuild
    XlmEnterAgain
End Sub

Private Sub XlmEnterAgain()
    ' Enters the calls that show #NAME? again: in a file that no Excel has saved yet, Excel may find
    ' a function of the add-in only then. A protected sheet is protected again.
    Dim page As Worksheet, unknown As Range, cell As Object, isProtected As Boolean
    On Error Resume Next
    Set page = ActiveWorkbook.Worksheets("Formulas")
    If page Is Nothing Then Exit Sub
    isProtected = page.ProtectContents
    If isProtected Then page.Unprotect
    Set unknown = page.UsedRange.SpecialCells(xlCellTypeFormulas, xlErrors)
    If Not unknown Is Nothing Then
        For Each cell In unknown
            If cell.Value = CVErr(xlErrName) Then cell.Formula2 = cell.Formula2
        Next cell
    End If
    If isProtected Then page.Protect AllowFormattingColumns:=True, AllowFormattingRows:=True
End Sub

Public Sub XlmCheck()
    XlmShowPage "Check"
End Sub

Public Sub XlmSettings()
    XlmShowPage "Settings"
End Sub

Public Sub XlmImport()
    XlmRun "import_file", "reading the file"
End Sub

Public Sub XlmSnapshot()
    XlmRun "snapshot", "adding the day"
End Sub

Public Sub XlmReconcile()
    XlmRun "reconcile", "comparing with the broker"
End Sub

Public Sub XlmReport()
    XlmRun "report", "writing the report"
End Sub

Public Sub XlmRunAll()
    XlmRun "run_all", "reporting on the folder"
End Sub

Public Sub XlmUndo()
    XlmRun "undo", "putting back"
End Sub

Private Sub XlmRun(button As String, doing As String)
    ' Presses a button of Python's on the active workbook, which itself stays as it is on a failure.
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open the workbook with your positions first.", vbInformation, "xlmargin"
        Exit Sub
    End If
    On Error GoTo failed
    Application.StatusBar = "xlmargin: " & doing
    RunPython "import xlwings; from xlmargin.macros.in_excel import press; " & _
        "press(xlwings.Book.caller().app.books.active, '" & button & "')"
    Application.StatusBar = False
    Exit Sub
failed:
    Application.StatusBar = False
    MsgBox "Python did not answer: " & Err.Description & vbNewLine & _
        "Run xlmargin install, then xlmargin doctor.", vbCritical, "xlmargin"
End Sub

Private Sub XlmShowPage(page As String)
    On Error GoTo absent
    ActiveWorkbook.Worksheets(page).Activate
    Exit Sub
absent:
    MsgBox "The active workbook has no page " & page & ".", vbInformation, "xlmargin"
End Sub
